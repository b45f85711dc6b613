package dev.loomlet.dns;

import dev.loomlet.Awaitable;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.Until;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a {@link DnsResolver} is on one loop, to which it is confined. */
final class LoopResolver {
  /**
   * Questions under way at the same time. A server's receive buffer of the usual size, 208 KiB, has
   * room for about 160 datagrams; the next ones would be lost.
   */
  static final int MOST_UNDER_WAY = 128;

  /** Answers that are kept. */
  static final int MOST_CACHED = 4096;

  private static final List<InetAddress> LOOPBACK =
      List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));

  private final Loop loop;
  private final Settings settings;
  private final Places places = new Places(MOST_UNDER_WAY);
  private final AnswerCache cache = new AnswerCache(MOST_CACHED);

  /** Made anew when the settings change, which may lead to other answers. */
  private @Nullable Network network;

  /** The servers as they are set up, and what is being asked of them. */
  private final class Network {
    final Settings.Current settings;
    final DnsConfig config;
    final SharedQueries queries;

    Network(Settings.Current settings) {
      this.settings = settings;
      this.config = settings.content().dns();
      Inquiry inquiry =
          new Inquiry(
              config,
              new UdpExchange(loop, config.timeout()),
              new TcpExchange(loop, config.timeout()),
              new RandomIds(settings.random()),
              places);
      this.queries = new SharedQueries(loop, inquiry, this::keep);
    }

    private void keep(Question question, Answer answer) {
      if (network == this) {
        cache.put(question, answer, loop.clock().nanoTime());
      }
    }
  }

  LoopResolver(Loop loop, Settings.Source source) {
    this.loop = loop;
    this.settings = new Settings(loop, source);
  }

  /** How many questions are under way, for tests. */
  int underWay() {
    return places.wanted();
  }

  /** How many answers are kept, for tests. */
  int cached() {
    return cache.size();
  }

  /** Whom it asks, and how. */
  DnsConfig config() {
    return settings.now().content().dns();
  }

  private Network network(Settings.Current now) {
    Network known = network;
    if (known == null || known.settings != now) {
      cache.clear();
      known = new Network(now);
      network = known;
    }
    return known;
  }

  /**
   * What a look-up is for.
   *
   * @param family of the addresses
   * @param asTheyCome whether what is found first is wanted before the rest is there
   * @param found gets the addresses
   */
  record Wish(Family family, boolean asTheyCome, Consumer<? super List<InetAddress>> found) {
    void found(String written, List<InetAddress> addresses) {
      found.accept(named(written, addresses));
    }
  }

  /** Finds the addresses of a name. Waits. */
  void lookup(String written, Wish wish) throws UnknownHostException {
    Settings.Current now = settings.now();
    HostName name = HostName.parse(written);
    LookupOrder order = now.content().order();
    List<InetAddress> listed =
        order.hasFiles() ? now.content().hosts().find(name.text()) : List.of();
    if (name.isLocalhost()) {
      listed = listed.isEmpty() ? LOOPBACK : listed;
    } else if (name.isInvalid() && listed.isEmpty()) {
      throw unknown(written, "no name that ends in .invalid is ever there (RFC 6761)");
    } else if (order == LookupOrder.DNS_FILES) {
      try {
        ask(network(now), written, name, wish);
        return;
      } catch (UnknownHostException e) {
        if (listed.isEmpty()) {
          throw e;
        }
      }
    }
    if (!listed.isEmpty()) {
      List<InetAddress> wanted = wish.family().of(listed);
      if (wanted.isEmpty()) {
        throw unknown(written, "the hosts file has no " + wish.family().text() + " for it");
      }
      wish.found(written, wanted);
    } else if (order.hasDns()) {
      ask(network(now), written, name, wish);
    } else {
      throw unknown(written, "it is not in the hosts file, and nsswitch.conf has no DNS");
    }
  }

  /** Asks for a name with each search domain, until it is there. */
  private void ask(Network on, String written, HostName name, Wish wish)
      throws UnknownHostException {
    boolean both = wish.family() == Family.BOTH;
    Family wanted = both && !on.config.ipv6() ? Family.IPV4 : wish.family();
    List<String> asked = new ArrayList<>();
    Set<String> reasons = new LinkedHashSet<>();
    for (String candidate : name.candidates(on.config)) {
      asked.add(candidate);
      List<Answer> answers =
          answers(
              on,
              wanted.questions(candidate),
              wish.asTheyCome(),
              each -> wish.found(written, each));
      for (Answer each : answers) {
        if (each.isFound()) {
          return;
        }
      }
      answers.forEach(each -> reasons.add(each.reason()));
      if (answers.stream().anyMatch(each -> each.status() == Answer.Status.SILENCE)) {
        // The others would take as long, for nothing.
        break;
      }
    }
    throw unknown(written, reasons, on.config, asked);
  }

  /** The answers to questions that are asked at the same time, or as the settings say. */
  private List<Answer> answers(
      Network on,
      List<Question> questions,
      boolean asTheyCome,
      Consumer<? super List<InetAddress>> found) {
    List<Answer> answers = new ArrayList<>();
    List<SharedQueries.Ticket> tickets = new ArrayList<>();
    try {
      for (Question each : questions) {
        Answer known = cache.find(each, loop.clock().nanoTime());
        if (known != null) {
          take(known, answers, found);
          continue;
        }
        tickets.add(on.queries.ask(each));
        if (on.config.singleRequest()) {
          await(tickets, asTheyCome, answers, found);
        }
      }
      while (!tickets.isEmpty()) {
        await(tickets, asTheyCome, answers, found);
      }
      return answers;
    } finally {
      tickets.forEach(SharedQueries.Ticket::close);
    }
  }

  /** Waits for the next answer, or just one of them, and takes all that are there. */
  private static void await(
      List<SharedQueries.Ticket> tickets,
      boolean asTheyCome,
      List<Answer> answers,
      Consumer<? super List<InetAddress>> found) {
    if (tickets.size() == 1 || !asTheyCome) {
      tickets.getFirst().answer().join();
    } else {
      Loomlet.await(
          tickets.stream().map(SharedQueries.Ticket::answer).toList(), Until.FIRST_COMPLETED);
    }
    for (SharedQueries.Ticket each : List.copyOf(tickets)) {
      if (each.answer().isDone()) {
        tickets.remove(each);
        each.close();
        take(value(each.answer()), answers, found);
      }
    }
  }

  private static void take(
      Answer answer, List<Answer> answers, Consumer<? super List<InetAddress>> found) {
    answers.add(answer);
    if (answer.isFound()) {
      found.accept(answer.addresses());
    }
  }

  private static Answer value(Awaitable<Answer> ended) {
    Answer answer = ended.value();
    if (answer == null) {
      throw new IllegalStateException(ended.name() + " cannot be had", ended.exception());
    }
    return answer;
  }

  /** Finds the name of an address. Waits. */
  String reverse(InetAddress address) throws UnknownHostException {
    Settings.Current now = settings.now();
    LookupOrder order = now.content().order();
    String literal = address.getHostAddress();
    String listed = order.hasFiles() ? now.content().hosts().find(address) : null;
    if (listed != null && order != LookupOrder.DNS_FILES) {
      return listed;
    }
    if (!order.hasDns()) {
      throw unknown(literal, "it is not in the hosts file, and nsswitch.conf has no DNS");
    }
    Network on = network(now);
    Question question = Question.nameOf(address);
    Answer answer = answers(on, List.of(question), false, _ -> {}).getFirst();
    if (answer.isFound()) {
      return answer.names().getFirst();
    }
    if (listed != null) {
      return listed;
    }
    throw unknown(literal, Set.of(answer.reason()), on.config, List.of(question.name()));
  }

  /** The same addresses, which say for which name they were found. */
  private static List<InetAddress> named(String name, List<InetAddress> addresses) {
    List<InetAddress> named = new ArrayList<>(addresses.size());
    for (InetAddress each : addresses) {
      try {
        named.add(
            each.isLinkLocalAddress() ? each : InetAddress.getByAddress(name, each.getAddress()));
      } catch (UnknownHostException e) {
        throw new AssertionError("an address has as many bytes as an address", e);
      }
    }
    return List.copyOf(named);
  }

  private static UnknownHostException unknown(
      String what, Set<String> reasons, DnsConfig config, List<String> asked) {
    String servers = config.servers().stream().map(Inquiry::text).collect(Collectors.joining(", "));
    return unknown(
        what,
        String.join("; ", reasons)
            + " [asked "
            + (servers.isEmpty() ? "nobody" : servers)
            + " for "
            + String.join(", ", asked)
            + "]");
  }

  private static UnknownHostException unknown(String what, String why) {
    return new UnknownHostException("cannot resolve '" + what + "': " + why);
  }
}
