package dev.loomlet.dns;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.dns.Lookups.SHORT;
import static dev.loomlet.dns.Lookups.V4;
import static dev.loomlet.dns.Lookups.V6;
import static dev.loomlet.dns.Lookups.assertNothingUnderWay;
import static dev.loomlet.dns.Lookups.with;
import static dev.loomlet.dns.ScriptedServer.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.loomlet.AsyncResult;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
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
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
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
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/** Lookups as a whole: what is asked for, and how they begin and end. */
@Timeout(120)
final class DnsResolverTest {
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
          // What is given up counts no more here, but does at the server, if it has not come to it:
          // not even a machine that stands still for a while may make that happen.
          DnsConfig patient = server.config().withTimeout(Duration.ofMinutes(10));
          DnsResolver resolver = new DnsResolver(patient);
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
  void asksTheFirstQuestionsWhileManyGreenletsHaveStillToBegin(TestLoop loop) throws Exception {
    Assumptions.assumeTrue(
        Set.of("epoll", "io_uring").contains(loop.toString()), "sends without waiting");
    loop.run(
        () -> {
          try (DatagramChannel server = DatagramChannel.open()) {
            // given: a resolver that has been set up, and as many greenlets as may ask
            server.bind(new InetSocketAddress("127.0.0.1", 0)).configureBlocking(false);
            DnsConfig config = DnsConfig.of((InetSocketAddress) server.getLocalAddress());
            DnsResolver resolver = new DnsResolver(config.withTimeout(Duration.ofMinutes(10)));
            assertThat(resolver.config()).isNotNull();
            List<Greenlet<List<InetAddress>>> lookups = new ArrayList<>();
            for (int i = 0; i < LoopResolver.MOST_UNDER_WAY / 2; i++) {
              String name = "host" + i + ".test";
              lookups.add(spawn(() -> resolver.lookup(name)));
            }

            // when: another one comes right behind them
            Greenlet<Integer> next = spawn(() -> waitingAt(server));

            // then
            assertThat(next.get()).isEqualTo(LoopResolver.MOST_UNDER_WAY);
            lookups.forEach(each -> each.cancel(true));
            Loomlet.joinAll(lookups);
            assertNothingUnderWay(resolver);
          }
        });
  }

  private static int waitingAt(DatagramChannel server) throws IOException {
    ByteBuffer room = ByteBuffer.allocate(Wire.MOST_QUESTION);
    int count = 0;
    while (server.receive(room.clear()) != null) {
      count++;
    }
    return count;
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
