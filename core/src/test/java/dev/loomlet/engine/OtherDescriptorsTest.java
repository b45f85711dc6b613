package dev.loomlet.engine;

import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;

/** Descriptors that are no sockets, on the engines made of Linux's calls. */
@Timeout(60)
final class OtherDescriptorsTest {

  private static LinuxEngine engine() {
    Assumptions.assumeTrue(
        Loop.current().engine() instanceof LinuxEngine, "has no descriptors of its own");
    return (LinuxEngine) Loop.current().engine();
  }

  @OnEveryEngine
  void waitsForAnEventOfAnotherThreadAndForSocketsMeanwhile(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          EventDescriptor event = new EventDescriptor(engine());
          Greenlet<?> waiting = spawn(() -> event.await(0));
          Loomlet.yield();

          // when / then: a socket is served while it waits
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept()) {
            for (int i = 0; i < 100; i++) {
              near.write(new byte[] {1});
              assertThat(far.read(new byte[10])).isEqualTo(1);
            }
          }
          assertThat(waiting.isDone()).isFalse();

          // when / then: the other thread's event, also again
          for (int i = 0; i < 20; i++) {
            Thread.ofPlatform().start(event::signal);
            waiting.get();
            waiting = spawn(() -> event.await(0));
          }
          event.close();
          waiting.linkException(_ -> {});
          waiting.join();
          assertThat(waiting.exception()).isInstanceOf(SocketException.class);
        });
  }

  @OnEveryEngine
  void seesWhatHappenedBeforeAnybodyWaited(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          EventDescriptor event = new EventDescriptor(engine());
          event.signal();
          event.await(0);
          assertThatThrownBy(() -> event.await(5_000_000))
              .isInstanceOf(SocketTimeoutException.class);
          event.signal();
          event.await(0);
          event.close();
        });
  }

  @OnEveryEngine
  void leavesNoDescriptorBehindThatIsClosedWhileSomebodyWaits(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          LinuxEngine engine = engine();
          for (int i = 0; i < 200; i++) {
            EventDescriptor event = new EventDescriptor(engine);
            Greenlet<?> waiting = spawn(() -> event.await(0));
            waiting.linkException(_ -> {});
            if (i % 2 == 0) {
              Loomlet.yield();
            } else {
              Loomlet.sleep(Duration.ofNanos(i * 1000L));
            }
            if (i % 3 == 0) {
              event.signal();
            }
            event.close();
            waiting.join();
            assertThat(engine.calls.pollNow(event.fd, 0) & 0x20)
                .as("POLLNVAL: number %s is free", event.fd)
                .isEqualTo(0x20);
          }
        });
  }
}
