package dev.loomlet.dns;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.dns.ScriptedServer.address;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Loop;
import dev.loomlet.dns.OnEveryEngine.TestLoop;
import java.net.InetAddress;
import java.time.Duration;

/** What tests of lookups have in common. */
final class Lookups {
  static final InetAddress V4 = address("10.1.2.3");
  static final InetAddress V6 = address("fd00::123");
  static final Duration SHORT = Duration.ofMillis(100);

  private Lookups() {}

  interface Test {
    void run(ScriptedServer server) throws Exception;
  }

  static void with(TestLoop loop, ScriptedServer.Script script, Test test) throws Exception {
    loop.run(
        () -> {
          try (ScriptedServer server = new ScriptedServer(script)) {
            test.run(server);
          }
        });
  }

  /** What is left of lookups on this loop. */
  static void assertNothingUnderWay(DnsResolver resolver) throws Exception {
    for (int i = 0; i < 100 && resolver.on(Loop.current()).underWay() > 0; i++) {
      sleep(1);
    }
    assertThat(resolver.on(Loop.current()).underWay()).isZero();
  }
}
