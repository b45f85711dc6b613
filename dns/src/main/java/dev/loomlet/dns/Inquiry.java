package dev.loomlet.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks servers one after the other, round after round, until one of them knows. Stateless but for
 * what is shared by all questions of a loop.
 *
 * <p>The first round offers long answers by EDNS; the later ones do without, because there are
 * firewalls that drop what they do not know.
 *
 * <p>The first attempt is usually the only one. It is made by {@link Query}, without a greenlet;
 * what has become of it is where {@link #ask} goes on.
 */
final class Inquiry {
  private final DnsConfig config;
  private final UdpExchange udp;
  private final Exchange tcp;
  private final RandomIds ids;
  private final Places places;

  /** With which server the next question begins. */
  private int first;

  /**
   * What has become of the first attempt: a reply or a failure.
   *
   * @param place held for it
   */
  record FirstAttempt(Places.Place place, @Nullable Reply reply, @Nullable IOException failure) {}

  /**
   * Creates an inquiry.
   *
   * @param places how many questions may be under way; the others wait
   */
  Inquiry(DnsConfig config, UdpExchange udp, Exchange tcp, RandomIds ids, Places places) {
    this.config = config;
    this.udp = udp;
    this.tcp = tcp;
    this.ids = ids;
    this.places = places;
  }

  DnsConfig config() {
    return config;
  }

  UdpExchange udp() {
    return udp;
  }

  RandomIds ids() {
    return ids;
  }

  Places places() {
    return places;
  }

  /** The servers, in the order in which a question goes to them. */
  List<InetSocketAddress> servers() {
    List<InetSocketAddress> servers = config.servers();
    if (!config.rotate() || servers.size() < 2) {
      return servers;
    }
    first = (first + 1) % servers.size();
    List<InetSocketAddress> turned = new ArrayList<>(servers.subList(first, servers.size()));
    turned.addAll(servers.subList(0, first));
    return turned;
  }

  /**
   * Asks, and goes on asking wherever an alias leads. Waits.
   *
   * @param servers in order
   * @param made the first attempt, by UDP at the first of them; null if none was made
   * @throws dev.loomlet.Cancelled if the caller is cancelled
   */
  Answer ask(Question question, List<InetSocketAddress> servers, @Nullable FirstAttempt made) {
    Question current = question;
    List<InetSocketAddress> inTurn = servers;
    FirstAttempt attempt = made;
    int aliases = 0;
    long ttl = Long.MAX_VALUE;
    while (true) {
      switch (askServers(current, aliases, inTurn, attempt)) {
        case Answer answer -> {
          return answer.within(ttl);
        }
        case Step.Alias alias -> {
          current = new Question(alias.name(), question.type());
          aliases = alias.aliases();
          ttl = Math.min(ttl, alias.ttlSeconds());
          inTurn = servers();
          attempt = null;
        }
      }
    }
  }

  private Step askServers(
      Question question,
      int aliases,
      List<InetSocketAddress> servers,
      @Nullable FirstAttempt made) {
    if (servers.isEmpty()) {
      return Answer.nothing(Answer.Status.SILENCE, 0, "no DNS servers are set up");
    }
    FirstAttempt attempt = made;
    Set<String> troubles = new LinkedHashSet<>();
    boolean heard = false;
    for (int round = 0; round < config.attempts(); round++) {
      for (InetSocketAddress server : servers) {
        try {
          Reply reply = askServer(server, question, round == 0, attempt);
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
        attempt = null;
      }
    }
    return Answer.nothing(
        heard ? Answer.Status.REFUSED : Answer.Status.SILENCE, 0, String.join(", ", troubles));
  }

  private Reply askServer(
      InetSocketAddress server, Question question, boolean edns, @Nullable FirstAttempt made)
      throws IOException {
    Places.Place place = made == null ? places.await() : made.place;
    try {
      if (config.useTcp()) {
        return tcp.ask(server, question, ids.next(), false);
      }
      Reply reply = made == null ? udp.ask(server, question, ids.next(), edns) : replyOf(made);
      if (edns && reply.dislikesEdns()) {
        reply = udp.ask(server, question, ids.next(), false);
      }
      return reply.isTruncated() ? tcp.ask(server, question, ids.next(), false) : reply;
    } finally {
      places.giveBack(place);
    }
  }

  private static Reply replyOf(FirstAttempt made) throws IOException {
    Reply reply = made.reply;
    if (reply != null) {
      return reply;
    }
    throw made.failure == null ? new IOException("no answer was received") : made.failure;
  }

  static String text(InetSocketAddress server) {
    String host = server.getAddress().getHostAddress();
    if (server.getPort() == DnsConfig.PORT) {
      return host;
    }
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + server.getPort();
  }
}
