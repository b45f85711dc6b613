package dev.loomlet.dns;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.dns.Lookups.V4;
import static dev.loomlet.dns.Lookups.assertNothingUnderWay;
import static dev.loomlet.dns.Lookups.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.AsyncResult;
import dev.loomlet.Greenlet;
import dev.loomlet.Loop;
import dev.loomlet.dns.OnEveryEngine.TestLoop;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Rcode;

/** What is made of answers: aliases, names that are not there, what is remembered. */
@Timeout(120)
final class DnsAnswersTest {
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
  void followsAliasesToNamesThatAreNoHosts(TestLoop loop) throws Exception {
    with(
        loop,
        query -> {
          switch (query.name()) {
            case "root.test" -> query.sendRecords("root.test. 60 CNAME .");
            case "odd.test" -> query.sendRecords("odd.test. 60 CNAME a\\.b\\032c.test.");
            case "." -> query.sendNothing(Rcode.NOERROR, 60);
            case "a\\.b\\032c.test" -> query.sendUsual();
            default -> throw new AssertionError(query.name());
          }
        },
        server -> {
          DnsResolver resolver = new DnsResolver(server.config());
          assertThatThrownBy(() -> resolver.lookup("root.test", StandardProtocolFamily.INET))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageContaining("no A record");
          assertThat(resolver.lookup("odd.test", StandardProtocolFamily.INET)).containsExactly(V4);
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
}
