package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/** The system's resolver behind the interface. */
@Timeout(60)
final class SystemResolverTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final NameResolver resolver = Resolvers.system();

  @OnEveryEngine
  void findsNamesAndAddresses(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          assertThat(resolver.lookup("localhost")).contains(LOOPBACK);
          assertThat(resolver.lookup("localhost", StandardProtocolFamily.INET))
              .contains(LOOPBACK)
              .allMatch(each -> each.getAddress().length == 4);
          assertThat(resolver.lookup("10.1.2.3"))
              .containsExactly(InetAddress.ofLiteral("10.1.2.3"));
          assertThatThrownBy(() -> resolver.lookup("10.1.2.3", StandardProtocolFamily.INET6))
              .isInstanceOf(UnknownHostException.class);
          assertThatThrownBy(() -> resolver.lookup("localhost", StandardProtocolFamily.UNIX))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> resolver.lookup("no-such-host.invalid"))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageContaining("no-such-host.invalid");
          assertThat(resolver.reverse(LOOPBACK)).isNotEqualTo("127.0.0.1").isNotEmpty();
        });
  }

  @OnEveryEngine
  void canBeCancelledAlthoughTheSystemCannot(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          for (int turns = 0; turns < 4; turns++) {
            Greenlet<List<InetAddress>> lookup = spawn(() -> resolver.lookup("localhost"));
            for (int i = 0; i < turns; i++) {
              sleep(0);
            }
            lookup.cancel(true);
            lookup.join();
            assertThat(lookup.isDone()).isTrue();
          }
          assertThat(resolver.lookup("localhost")).contains(LOOPBACK);
        });
  }
}
