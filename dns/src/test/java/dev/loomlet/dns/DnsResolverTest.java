package dev.loomlet.dns;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.dns.ScriptedServer.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.loomlet.AsyncResult;
import dev.loomlet.Greenlet;
import dev.loomlet.Loop;
import dev.loomlet.dns.OnEveryEngine.TestLoop;
import dev.loomlet.net.Resolvers;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What is asked of servers, and what is made of their answers. */
@Timeout(120)
final class DnsResolverTest {
  private static final InetAddress V4 = address("10.1.2.3");
  private static final InetAddress V6 = address("fd00::123");
  private static final Duration SHORT = Duration.ofMillis(100);

  private interface Test {
    void run(ScriptedServer server) throws Exception;
  }

  private static void with(TestLoop loop, ScriptedServer.Script script, Test test)
      throws Exception {
    loop.run(
        () -> {
          try (ScriptedServer server = new ScriptedServer(script)) {
            test.run(server);
          }
        });
  }

  /** What is left of lookups on this loop. */
  private static void assertNothingUnderWay(DnsResolver resolver) throws Exception {
    for (int i = 0; i < 100 && resolver.on(Loop.current()).underWay() > 0; i++) {
      sleep(1);
    }
    assertThat(resolver.on(Loop.current()).underWay()).isZero();
  }

  @OnEveryEngine
  void asksForBothFamiliesAtTheSameTime(TestLoop loop) throws Exception {
    AsyncResult<Boolean> both = new AsyncResult<>();
    with(
        loop,
        query -> {
          if (query.isFor(Type.AAAA)) {
            both.set(true);
          }
          both.join();
          query.sendUsual();
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          assertThat(resolver.lookup("host.test")).containsExactly(V4, V6);
          assertThat(resolver.lookup("host.test").getFirst().getHostName()).isEqualTo("host.test");
          assertThat(server.asked).containsExactlyInAnyOrder("A host.test", "AAAA host.test");
        });
  }

  @OnEveryEngine
  void givesTheFirstFamilyWhileTheOtherIsStillAskedFor(TestLoop loop) throws Exception {
    AsyncResult<Boolean> seen = new AsyncResult<>();
    with(
        loop,
        query -> {
          if (query.isFor(Type.A)) {
            seen.join();
          }
          query.sendUsual();
        },
        server -> {
          List<InetAddress> found = new ArrayList<>();
          new DnsResolver(server.config())
              .lookup(
                  "host.test",
                  addresses -> {
                    found.addAll(addresses);
                    seen.set(true);
                  });
          assertThat(found).containsExactly(V6, V4);
        });
  }

  @OnEveryEngine
  void asksForOneFamilyAlone(TestLoop loop) throws Exception {
    with(
        loop,
        ScriptedServer.Query::sendUsual,
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          assertThat(resolver.lookup("host.test", StandardProtocolFamily.INET6))
              .containsExactly(V6);
          assertThat(server.asked).containsExactly("AAAA host.test");
          DnsResolver without = new DnsResolver(server.config().withIpv6(false));
          assertThat(without.lookup("host.test")).containsExactly(V4);
          assertThat(server.asked).containsExactly("AAAA host.test", "A host.test");
          assertThatThrownBy(() -> resolver.lookup("host.test", StandardProtocolFamily.UNIX))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }

  @OnEveryEngine
  void asksOneAfterTheOtherIfTheServerWantsThat(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          sleep(5);
          query.sendUsual();
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config().withSingleRequest(true));
          assertThat(resolver.lookup("host.test")).containsExactly(V4, V6);
          assertThat(server.mostUnderWay).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void givesEachLookupAPortAndEachQuestionANumberOfItsOwn(TestLoop loop) throws Exception {
    with(
        loop,
        ScriptedServer.Query::sendUsual,
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          for (int i = 0; i < 20; i++) {
            resolver.lookup("host" + i + ".test");
          }
          // Chance may repeat a few.
          assertThat(server.ports).hasSizeGreaterThan(17);
          assertThat(server.ids).hasSizeGreaterThan(35);
        });
  }

  @OnEveryEngine
  void tellsAllWhoAskAtTheSameTimeThatNobodyListens(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          InetSocketAddress nobody;
          try (ScriptedServer closed = new ScriptedServer(_ -> {})) {
            nobody = closed.address();
          }
          DnsConfig config =
              DnsConfig.of(nobody).withAttempts(1).withTimeout(Duration.ofMinutes(10));
          DnsResolver resolver = new DnsResolver(config);

          // when
          List<Greenlet<Throwable>> lookups = new ArrayList<>();
          for (int i = 0; i < 20; i++) {
            String name = "host" + i + ".test";
            lookups.add(spawn(() -> catchThrowable(() -> resolver.lookup(name))));
          }

          // then
          for (Greenlet<Throwable> each : lookups) {
            assertThat(each.get()).hasMessageContaining("nobody listens at");
          }
          assertNothingUnderWay(resolver);
        });
  }

  @OnEveryEngine
  void asksAgainWhenNothingComesAndThenWithoutEdns(TestLoop loop) throws Exception {
    List<Boolean> edns = new ArrayList<>();
    with(
        loop,
        query -> {
          edns.add(query.message.getOPT() != null);
          if (edns.size() > 1) {
            query.sendUsual();
          }
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config().withTimeout(SHORT));
          assertThat(resolver.lookup("host.test", StandardProtocolFamily.INET)).containsExactly(V4);
          assertThat(edns).containsExactly(true, false);
        });
  }

  @OnEveryEngine
  void asksTheNextServerWhenOneIsSilentOrRefusesOrIsNotThere(TestLoop loop) throws Exception {
    with(
        loop,
        ScriptedServer.Query::sendUsual,
        server -> {
          InetSocketAddress nobody;
          try (ScriptedServer closed = new ScriptedServer(_ -> {})) {
            nobody = closed.address();
          }
          try (ScriptedServer refusing =
              new ScriptedServer(query -> query.send(query.answer(Rcode.SERVFAIL)))) {
            DnsConfig config =
                DnsConfig.of(nobody, refusing.address(), server.address())
                    .withTimeout(Duration.ofSeconds(20));
            assertThat(new DnsResolver(config).lookup("host.test")).containsExactly(V4, V6);
            assertThat(refusing.asked).hasSize(2);
            assertThat(server.asked).hasSize(2);
          }
        });
  }

  @OnEveryEngine
  void beginsWithAnotherServerEachTimeIfToldTo(TestLoop loop) throws Exception {
    with(
        loop,
        ScriptedServer.Query::sendUsual,
        server -> {
          try (ScriptedServer other = new ScriptedServer(ScriptedServer.Query::sendUsual)) {
            DnsConfig config = DnsConfig.of(server.address(), other.address()).withRotate(true);
            DnsResolver resolver = new DnsResolver(config);
            for (int i = 0; i < 10; i++) {
              resolver.lookup("host" + i + ".test", StandardProtocolFamily.INET);
            }
            assertThat(server.asked).hasSize(5);
            assertThat(other.asked).hasSize(5);
          }
        });
  }

  @OnEveryEngine
  void ignoresWhatIsNotTheAnswer(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          Message wrongNumber = query.answer(Rcode.NOERROR);
          wrongNumber.getHeader().setID(wrongNumber.getHeader().getID() ^ 1);
          wrongNumber.addRecord(ScriptedServer.record("host.test. 60 A 6.6.6.6"), Section.ANSWER);
          query.send(wrongNumber);
          Message wrongQuestion = new Message(query.message.getHeader().getID());
          wrongQuestion.getHeader().setFlag(Flags.QR);
          wrongQuestion.addRecord(
              ScriptedServer.record("other.test. 0 A 0.0.0.0"), Section.QUESTION);
          wrongQuestion.addRecord(ScriptedServer.record("host.test. 60 A 6.6.6.6"), Section.ANSWER);
          query.send(wrongQuestion);
          query.send(new byte[0]);
          query.send(query.message);
          byte[] cut = query.answer(Rcode.NOERROR).toWire();
          cut[7] = 9;
          query.send(cut);
          query.sendUsual();
        },
        server ->
            assertThat(new DnsResolver(server.config()).lookup("host.test"))
                .containsExactly(V4, V6));
  }

  @OnEveryEngine
  void takesWhatDoesNotFitByTcp(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          String[] many = new String[200];
          for (int i = 0; i < many.length; i++) {
            many[i] = "big.test. 60 A 10.0.1." + i;
          }
          if (query.byTcp) {
            query.sendRecords(many);
          } else {
            Message cut = query.answer(Rcode.NOERROR);
            cut.getHeader().setFlag(Flags.TC);
            cut.addRecord(ScriptedServer.record(many[0]), Section.ANSWER);
            query.send(cut);
          }
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          assertThat(resolver.lookup("big.test", StandardProtocolFamily.INET)).hasSize(200);
          assertThat(server.asked).containsExactly("A big.test", "tcp A big.test");
        });
  }

  @OnEveryEngine
  void takesWhatIsLongerThanItWantedByTcp(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          String[] many = new String[200];
          for (int i = 0; i < many.length; i++) {
            many[i] = "big.test. 60 A 10.0.1." + i;
          }
          query.sendRecords(many);
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          assertThat(resolver.lookup("big.test", StandardProtocolFamily.INET)).hasSize(200);
        });
  }

  @OnEveryEngine
  void asksByTcpAtOnceIfToldTo(TestLoop loop) throws Exception {
    with(
        loop,
        ScriptedServer.Query::sendUsual,
        server -> {
          DnsResolver resolver = new DnsResolver(server.config().withTcp(true));
          assertThat(resolver.lookup("host.test")).containsExactly(V4, V6);
          assertThat(server.asked).allMatch(each -> each.startsWith("tcp "));
        });
  }

  @OnEveryEngine
  void refusesAnswersThatAreTooLongOrEndEarlyOrAreNonsense(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          switch (query.name()) {
            case "long.test" -> query.send(new byte[Wire.TCP_SIZE + 1]);
            case "nonsense.test" -> query.send(new byte[50]);
            default -> {}
          }
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config().withTcp(true).withAttempts(1));
          assertThatThrownBy(() -> resolver.lookup("long.test"))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageContaining("8193 bytes");
          assertThatThrownBy(() -> resolver.lookup("nonsense.test"))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageContaining("cannot be understood");
          assertThatThrownBy(() -> resolver.lookup("early.test"))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageContaining("closed in the middle");
        });
  }

  @OnEveryEngine
  void doesWithoutEdnsWhereItIsNotUnderstood(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          if (query.message.getOPT() == null) {
            query.sendUsual();
            return;
          }
          assertThat(query.message.getOPT().getPayloadSize()).isEqualTo(1232);
          Message answer = query.answer(Rcode.FORMERR);
          if (query.isFor(Type.A)) {
            answer.removeAllRecords(Section.QUESTION);
          }
          query.send(answer);
        },
        server ->
            assertThat(new DnsResolver(server.config()).lookup("host.test"))
                .containsExactly(V4, V6));
  }

  @OnEveryEngine
  void followsAliasesWithinAnAnswerAndBeyond(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          switch (query.name()) {
            case "one.test" ->
                query.sendRecords(
                    "two.test. 60 CNAME Three.test.",
                    "six.test. 60 A 6.6.6.6",
                    "one.test. 60 CNAME two.test.");
            case "three.test" ->
                query.sendRecords("three.test. 60 CNAME four.test.", "four.test. 60 A 10.1.2.3");
            default -> throw new AssertionError(query.name());
          }
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          assertThat(resolver.lookup("one.test", StandardProtocolFamily.INET)).containsExactly(V4);
          assertThat(server.asked).containsExactly("A one.test", "A three.test");
        });
  }

  @OnEveryEngine
  void getsOutOfCirclesOfAliases(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          switch (query.name()) {
            case "in.test" ->
                query.sendRecords("in.test. 60 CNAME on.test.", "on.test. 60 CNAME in.test.");
            case "a.test" -> query.sendRecords("a.test. 60 CNAME b.test.");
            default -> query.sendRecords("b.test. 60 CNAME a.test.");
          }
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          for (String each : List.of("in.test", "a.test")) {
            assertThatThrownBy(() -> resolver.lookup(each, StandardProtocolFamily.INET))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("CNAME");
          }
          assertThat(server.asked).hasSizeLessThan(20);
        });
  }

  @OnEveryEngine
  void saysThatANameIsNotThereAndRemembersIt(TestLoop loop) throws Exception {
    with(
        loop,
        query -> query.sendNothing(Rcode.NXDOMAIN, 60),
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> resolver.lookup("nobody.test"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage(
                    "cannot resolve 'nobody.test': there is no such name (NXDOMAIN) [asked"
                        + " 127.0.0.1:"
                        + server.address().getPort()
                        + " for nobody.test]");
          }
          assertThat(server.asked).hasSize(2);
          loop.advanceSeconds(61);
          assertThatThrownBy(() -> resolver.lookup("nobody.test"));
          assertThat(server.asked).hasSize(4);
        });
  }

  @OnEveryEngine
  void doesNotRememberThatAServerFailedOrForHowLongNobodyKnows(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          if (query.name().equals("failed.test")) {
            query.sendNothing(Rcode.SERVFAIL, 60);
          } else {
            query.sendNothing(Rcode.NOERROR, -1);
          }
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config().withAttempts(1));
          for (String each : List.of("failed.test", "failed.test", "empty.test", "empty.test")) {
            assertThatThrownBy(() -> resolver.lookup(each, StandardProtocolFamily.INET))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining(each.equals("failed.test") ? "SERVFAIL" : "no A record");
          }
          assertThat(server.asked).hasSize(4);
          assertThat(resolver.on(Loop.current()).cached()).isZero();
        });
  }

  @OnEveryEngine
  void remembersAnswersAsLongAsTheyHold(TestLoop loop) throws Exception {
    with(
        loop,
        query ->
            query.sendRecords(
                query.name() + (query.name().equals("now.test") ? ". 0 " : ". 30 ") + "A 10.1.2.3",
                query.name() + ". 0 TXT ignored"),
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          for (int i = 0; i < 3; i++) {
            resolver.lookup("host.test", StandardProtocolFamily.INET);
            resolver.lookup("HOST.test.", StandardProtocolFamily.INET);
          }
          assertThat(server.asked).hasSize(1);
          loop.advanceSeconds(31);
          resolver.lookup("host.test", StandardProtocolFamily.INET);
          assertThat(server.asked).hasSize(2);
          resolver.lookup("now.test", StandardProtocolFamily.INET);
          resolver.lookup("now.test", StandardProtocolFamily.INET);
          assertThat(server.asked).hasSize(4);
        });
  }

  @OnEveryEngine
  void asksOnceForAllWhoWantToKnow(TestLoop loop) throws Exception {
    AsyncResult<Boolean> go = new AsyncResult<>();
    with(
        loop,
        query -> {
          go.join();
          query.sendRecords(query.name() + ". 0 A 10.1.2.3");
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          // From here on nothing keeps a lookup from asking at once.
          resolver.config();
          List<Greenlet<List<InetAddress>>> lookups = new ArrayList<>();
          for (int i = 0; i < 100; i++) {
            lookups.add(spawn(() -> resolver.lookup("host.test", StandardProtocolFamily.INET)));
          }
          while (server.asked.isEmpty()) {
            sleep(1);
          }
          // Some of them do not want to know any more, the first among them.
          for (Greenlet<?> each : List.of(lookups.get(0), lookups.get(50))) {
            each.cancel(true);
            each.join();
          }
          go.set(true);
          for (Greenlet<List<InetAddress>> each : lookups) {
            if (!each.isCancelled()) {
              assertThat(each.get()).containsExactly(V4);
            }
          }
          assertThat(server.asked).hasSize(1);
          assertNothingUnderWay(resolver);
        });
  }

  @OnEveryEngine
  void leavesNothingBehindWhenItIsCancelled(TestLoop loop) throws Exception {
    with(
        loop,
        _ -> {},
        server -> {
          for (boolean tcp : List.of(false, true)) {
            DnsResolver resolver = new DnsResolver(server.config().withTcp(tcp));
            resolver.config();
            long before = openSockets();
            for (int turns = 0; turns < 30; turns++) {
              String name = "host" + turns + ".test";
              Greenlet<?> lookup = spawn(() -> resolver.lookup(name));
              for (int i = 0; i < turns; i++) {
                sleep(0);
              }
              lookup.cancel(true);
              lookup.join();
              assertThat(lookup.isCancelled()).isTrue();
            }
            assertNothingUnderWay(resolver);
            // The server's own side of the connections.
            for (int i = 0; i < 1000 && openSockets() > before; i++) {
              sleep(1);
            }
            assertThat(openSockets()).isLessThanOrEqualTo(before);
          }
        });
  }

  /** Of all of the process; an engine's own descriptors do not count. */
  private static long openSockets() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.filter(DnsResolverTest::isSocket).count();
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private static boolean isSocket(Path file) {
    try {
      return Files.readSymbolicLink(file).toString().startsWith("socket:");
    } catch (IOException e) {
      return false;
    }
  }

  @OnEveryEngine
  void triesSearchDomainsInOrder(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          if (query.name().equals("host.two.test")) {
            query.sendUsual();
          } else {
            query.sendNothing(Rcode.NXDOMAIN, 60);
          }
        },
        server -> {
          DnsResolver resolver =
              new DnsResolver(server.config().withIpv6(false).withSearch("one.test", "two.test"));
          assertThat(resolver.lookup("host")).containsExactly(V4);
          assertThat(server.asked).containsExactly("A host.one.test", "A host.two.test");
          server.asked.clear();
          assertThatThrownBy(() -> resolver.lookup("a.b"))
              .hasMessageContaining("for a.b, a.b.one.test, a.b.two.test]");
          assertThat(server.asked).containsExactly("A a.b", "A a.b.one.test", "A a.b.two.test");
          server.asked.clear();
          assertThatThrownBy(() -> resolver.lookup("host.")).hasMessageContaining("for host]");
          assertThat(server.asked).containsExactly("A host");
        });
  }

  @OnEveryEngine
  void takesBothFamiliesFromTheSameSearchDomain(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          boolean there =
              query.name().equals("host.two.test")
                  || (query.name().equals("host.one.test") && query.isFor(Type.AAAA));
          if (there) {
            query.sendUsual();
          } else {
            query.sendNothing(Rcode.NOERROR, 60);
          }
        },
        server -> {
          DnsResolver resolver =
              new DnsResolver(server.config().withSearch("one.test", "two.test"));
          assertThat(resolver.lookup("host")).containsExactly(V6);
        });
  }

  @OnEveryEngine
  void givesUpSoonWhenNobodyAnswers(TestLoop loop) throws Exception {
    with(
        loop,
        _ -> {},
        server -> {
          DnsResolver resolver =
              new DnsResolver(
                  server.config().withTimeout(SHORT).withSearch("one.test", "two.test"));
          assertThatThrownBy(() -> resolver.lookup("host"))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageContaining("did not answer within 100 ms")
              .hasMessageContaining("for host.one.test]");
          assertThatThrownBy(() -> new DnsResolver(DnsConfig.of()).lookup("host.test"))
              .hasMessageContaining("no DNS servers are set up");
        });
  }

  @OnEveryEngine
  void findsTheNameOfAnAddress(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          if (query.name().equals("3.2.1.10.in-addr.arpa")) {
            query.sendRecords("3.2.1.10.in-addr.arpa. 60 PTR Host.test.");
          } else if (query.name().startsWith("3.2.1.0.0") && query.name().endsWith("ip6.arpa")) {
            query.sendRecords(query.name() + ". 60 PTR six.test.");
          } else {
            query.sendNothing(Rcode.NXDOMAIN, 60);
          }
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          assertThat(resolver.reverse(V4)).isEqualTo("Host.test");
          assertThat(resolver.reverse(V6)).isEqualTo("six.test");
          assertThatThrownBy(() -> resolver.reverse(address("10.9.9.9")))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageContaining("'10.9.9.9'")
              .hasMessageContaining("9.9.9.10.in-addr.arpa");
        });
  }

  @OnEveryEngine
  void knowsLiteralsAndLocalhostWithoutAsking(TestLoop loop) throws Exception {
    with(
        loop,
        _ -> {},
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          assertThat(resolver.lookup("10.1.2.3")).containsExactly(V4);
          assertThat(resolver.lookup("fd00::123")).containsExactly(V6);
          assertThat(resolver.lookup("[fd00::123]")).containsExactly(V6);
          assertThat(resolver.lookup("fe80::1%1").getFirst().getHostAddress())
              .startsWith("fe80:0:0:0:0:0:0:1%");
          assertThatThrownBy(() -> resolver.lookup("10.1.2.3", StandardProtocolFamily.INET6))
              .isInstanceOf(UnknownHostException.class);
          assertThat(resolver.lookup("localhost"))
              .containsExactly(address("127.0.0.1"), address("::1"));
          assertThat(resolver.lookup("a.LocalHost.", StandardProtocolFamily.INET6))
              .containsExactly(address("::1"));
          assertThat(server.asked).isEmpty();
        });
  }

  @OnEveryEngine
  void worksOnThreadsWithoutALoopOfTheirOwnAndOnSeveralLoops(TestLoop loop) throws Exception {
    with(
        loop,
        ScriptedServer.Query::sendUsual,
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          assertThat(resolver.lookup("host.test")).containsExactly(V4, V6);
          AsyncResult<List<InetAddress>> elsewhere = new AsyncResult<>();
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      elsewhere.set(resolver.lookup("host.test"));
                    } catch (Throwable e) {
                      elsewhere.setException(e);
                    }
                  });
          assertThat(elsewhere.get()).containsExactly(V4, V6);
          assertThat(server.asked).hasSize(4);
        });
  }

  @OnEveryEngine
  void looksUpAThousandNamesAtOnceWithALimitedNumberOfSockets(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          sleep(2);
          query.sendUsual();
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          List<Greenlet<List<InetAddress>>> lookups = new ArrayList<>();
          for (int i = 0; i < 1000; i++) {
            String name = "host" + i + ".test";
            lookups.add(spawn(() -> resolver.lookup(name)));
          }
          for (Greenlet<List<InetAddress>> each : lookups) {
            assertThat(each.get()).containsExactly(V4, V6);
          }
          assertThat(server.mostUnderWay).isLessThanOrEqualTo(LoopResolver.MOST_UNDER_WAY);
          assertThat(server.ports).hasSizeBetween(2000 / UdpPort.MOST_QUESTIONS, 200);
          assertThat(resolver.on(Loop.current()).cached()).isEqualTo(2000);
          assertNothingUnderWay(resolver);
        });
  }

  @OnEveryEngine
  void asksServersOverIpv6(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          ScriptedServer server;
          try {
            server = new ScriptedServer("::1", ScriptedServer.Query::sendUsual);
          } catch (IOException e) {
            Assumptions.abort("no IPv6 loopback here: " + e.getMessage());
            return;
          }
          try (server) {
            DnsResolver resolver = new DnsResolver(server.config());
            assertThat(resolver.lookup("host.test")).containsExactly(V4, V6);
            DnsResolver byTcp = new DnsResolver(server.config().withTcp(true));
            assertThat(byTcp.lookup("host.test")).containsExactly(V4, V6);
          }
        });
  }

  @OnEveryEngine
  void isWhatConnectUses(TestLoop loop) throws Exception {
    assertThat(Resolvers.getDefault()).isInstanceOf(DnsResolver.class);
    with(
        loop,
        query -> {
          if (query.isFor(Type.A)) {
            query.sendRecords("host.test. 60 A 127.0.0.1");
          } else {
            query.sendNothing(Rcode.NOERROR, 60);
          }
        },
        server -> {
          Resolvers.setDefault(new DnsResolver(server.config()));
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream stream = TcpStream.connect("host.test", listener.port())) {
            assertThat(stream.remoteAddress()).isEqualTo(listener.localAddress());
            assertThatThrownBy(() -> TcpStream.connect("no-such-host.invalid", 80))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no-such-host.invalid");
          } finally {
            Resolvers.setDefault(null);
          }
        });
  }

  @OnEveryEngine
  void takesTheSameCourseWithTheSameRandomness(TestLoop loop) throws Exception {
    with(
        loop,
        ScriptedServer.Query::sendUsual,
        server -> {
          List<Set<Integer>> ids = new ArrayList<>();
          for (int i = 0; i < 2; i++) {
            server.ids.clear();
            DnsResolver resolver = new DnsResolver(server.config(), new Random(5));
            assertThat(resolver.lookup("host.test")).containsExactly(V4, V6);
            ids.add(Set.copyOf(server.ids));
          }
          assertThat(ids.get(0)).isEqualTo(ids.get(1));
        });
  }
}
