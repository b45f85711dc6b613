package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.engine.ListenOptions;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TcpListenerTest {

  @OnEveryEngine
  void saysThatAnAddressIsInUse(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener first = TcpListener.bind("127.0.0.1", 0)) {
            assertThatThrownBy(() -> TcpListener.bind("127.0.0.1", first.port()))
                .isInstanceOf(BindException.class)
                .hasMessage(
                    "cannot listen on 127.0.0.1:" + first.port() + ": address already in use");
          }
        });
  }

  @OnEveryEngine
  void saysThatAnAddressIsNotOfThisMachine(TestLoop loop) throws Exception {
    loop.run(
        () ->
            assertThatThrownBy(() -> TcpListener.bind("192.0.2.1", 0))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("192.0.2.1"));
  }

  @OnEveryEngine
  void saysWhatAPrivilegedPortNeeds(TestLoop loop) throws Exception {
    Path file = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    boolean privileged =
        ProcessHandle.current().info().user().orElse("").equals("root")
            || !Files.exists(file)
            || Integer.parseInt(Files.readString(file).trim()) <= 1;
    Assumptions.assumeFalse(privileged, "this user may bind every port");
    loop.run(
        () ->
            assertThatThrownBy(() -> TcpListener.bind("127.0.0.1", 1))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("CAP_NET_BIND_SERVICE"));
  }

  @OnEveryEngine
  void givesUpAcceptingAfterTheTimeOutAndLosesNoConnection(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            assertThatThrownBy(() -> listener.accept(Duration.ofMillis(20)))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("accept timed out");
            try (TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
                TcpStream far = listener.accept(Duration.ofSeconds(10))) {
              assertThat(far.remoteAddress()).isEqualTo(near.localAddress());
            }
          }
        });
  }

  @OnEveryEngine
  void endsAnAcceptThatWaitsWhenItIsClosed(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          TcpListener listener = TcpListener.bind("127.0.0.1", 0);
          Greenlet<TcpStream> accepting = spawn(() -> listener.accept());
          Loomlet.yield();

          // when / then
          assertThatThrownBy(listener::accept).isInstanceOf(ResourceBusyException.class);
          listener.close();
          listener.close();
          assertThatThrownBy(accepting::get).cause().isInstanceOf(SocketException.class);
          assertThatThrownBy(listener::accept).isInstanceOf(SocketException.class);
          assertThat(listener.isOpen()).isFalse();
        });
  }

  @OnEveryEngine
  void losesNoConnectionToACancelledAccept(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            // given
            Greenlet<TcpStream> accepting = spawn(() -> listener.accept());
            Loomlet.yield();

            // when
            TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
            accepting.cancel(true);
            accepting.join();

            // then
            if (accepting.isCancelled()) {
              listener.accept(Duration.ofSeconds(10)).close();
            } else {
              accepting.get().close();
            }
            near.close();
          }
        });
  }

  @OnEveryEngine
  void sharesAPortWhenAsked(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          ListenOptions shared = ListenOptions.DEFAULT.withReusePort(true).withBacklog(16);
          InetSocketAddress any = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
          try (TcpListener first = TcpListener.bind(any, shared);
              TcpListener second = TcpListener.bind(first.localAddress(), shared)) {
            assertThat(second.port()).isEqualTo(first.port());
          }
        });
  }

  @OnEveryEngine
  void acceptsManyConnectionsThatCameWhileNobodyWaited(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            TcpStream[] clients = new TcpStream[50];
            for (int i = 0; i < clients.length; i++) {
              clients[i] = TcpStream.connect("127.0.0.1", listener.port());
            }
            sleep(5);
            for (TcpStream client : clients) {
              listener.accept(Duration.ofSeconds(10)).close();
              client.close();
            }
          }
        });
  }

  @OnEveryEngine
  void leavesAnInterruptToTheGreenletThatClosesIt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          TcpListener listener = TcpListener.bind("127.0.0.1", 0);
          Thread.currentThread().interrupt();

          // when
          listener.close();

          // then
          assertThat(Thread.interrupted()).isTrue();
        });
  }

  @OnEveryEngine
  void losesNoKillOfTheGreenletThatClosesIt(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given: one that is killed while it runs, so that an interrupt tells it
          Greenlet<?> closing =
              spawn(
                  () -> {
                    TcpListener listener = TcpListener.bind("127.0.0.1", 0);
                    Greenlet.current().cancel(true);
                    listener.close();
                    sleep(Duration.ofDays(1));
                  });

          // when / then
          assertThat(closing.join(Duration.ofSeconds(20))).isTrue();
          assertThat(closing.isCancelled()).isTrue();
        });
  }
}
