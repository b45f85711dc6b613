package dev.loomlet.dns;

import dev.loomlet.sync.Semaphore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Asks servers one after the other, round after round, until one of them knows. Stateless but for
 * what is shared by all questions of a loop.
 *
 * <p>The first round offers long answers by EDNS; the later ones do without, because there are
 * firewalls that drop what they do not know.
 */
final class Inquiry {
  private final DnsConfig config;
  private final Exchange udp;
  private final Exchange tcp;
  private final RandomIds ids;
  private final Semaphore places;

  /** With which server the next question begins. */
  private int first;

  /**
   * Creates an inquiry.
   *
   * @param places how many questions may be under way; the others wait
   */
  Inquiry(DnsConfig config, Exchange udp, Exchange tcp, RandomIds ids, Semaphore places) {
    this.config = config;
    this.udp = udp;
    this.tcp = tcp;
    this.ids = ids;
    this.places = places;
  }

  /**
   * Asks, and goes on asking wherever an alias leads. Waits.
   *
   * @throws dev.loomlet.Cancelled if the caller is cancelled
   */
  Answer ask(Question question) {
    Question current = question;
    int aliases = 0;
    long ttl = Long.MAX_VALUE;
    while (true) {
      switch (askServers(current, aliases)) {
        case Answer answer -> {
          return answer.within(ttl);
        }
        case Step.Alias alias -> {
          current = new Question(alias.name(), question.type());
          aliases = alias.aliases();
          ttl = Math.min(ttl, alias.ttlSeconds());
        }
      }
    }
  }

  private Step askServers(Question question, int aliases) {
    List<InetSocketAddress> servers = inTurn();
    if (servers.isEmpty()) {
      return Answer.nothing(Answer.Status.SILENCE, 0, "no DNS servers are set up");
    }
    Set<String> troubles = new LinkedHashSet<>();
    boolean heard = false;
    for (int round = 0; round < config.attempts(); round++) {
      for (InetSocketAddress server : servers) {
        try {
          Reply reply = askServer(server, question, round == 0);
          String refusal = reply.refusal();
          if (refusal == null) {
            return reply.interpret(question, aliases);
          }
          heard = true;
          troubles.add(text(server) + " said " + refusal);
        } catch (SocketTimeoutException e) {
          troubles.add(
              text(server) + " did not answer within " + config.timeout().toMillis() + " ms");
        } catch (PortUnreachableException e) {
          troubles.add("nobody listens at " + text(server));
        } catch (IOException e) {
          troubles.add(text(server) + ": " + e.getMessage());
        }
      }
    }
    return Answer.nothing(
        heard ? Answer.Status.REFUSED : Answer.Status.SILENCE, 0, String.join(", ", troubles));
  }

  private List<InetSocketAddress> inTurn() {
    List<InetSocketAddress> servers = config.servers();
    if (!config.rotate() || servers.size() < 2) {
      return servers;
    }
    first = (first + 1) % servers.size();
    List<InetSocketAddress> turned = new ArrayList<>(servers.subList(first, servers.size()));
    turned.addAll(servers.subList(0, first));
    return turned;
  }

  private Reply askServer(InetSocketAddress server, Question question, boolean edns)
      throws IOException {
    places.acquire();
    try {
      if (config.useTcp()) {
        return exchange(tcp, server, question, false);
      }
      Reply reply = exchange(udp, server, question, edns);
      if (edns && reply.dislikesEdns()) {
        reply = exchange(udp, server, question, false);
      }
      return reply.isTruncated() ? exchange(tcp, server, question, false) : reply;
    } finally {
      places.release();
    }
  }

  private Reply exchange(Exchange way, InetSocketAddress server, Question question, boolean edns)
      throws IOException {
    int id = ids.next();
    return way.ask(
        server,
        Wire.write(question, id, edns),
        packet -> Wire.read(packet, question, id),
        config.timeout().toNanos());
  }

  static String text(InetSocketAddress server) {
    String host = server.getAddress().getHostAddress();
    if (server.getPort() == DnsConfig.PORT) {
      return host;
    }
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + server.getPort();
  }
}
