package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static dev.loomlet.net.Pair.withPair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.TaskGroup;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** How operations of a stream end: by time-out, close, cancellation, and a peer that goes. */
@Timeout(120)
final class TcpStreamEndingsTest {

  @OnEveryEngine
  void timesOutAReadWithoutLosingAByte(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          far.setReadTimeout(Duration.ofMillis(20));

          // when / then
          assertThatThrownBy(() -> far.read(new byte[1]))
              .isInstanceOf(SocketTimeoutException.class)
              .hasMessageContaining("20 ms");
          near.write(text("later"));
          assertThat(far.read(new byte[10])).isEqualTo(5);

          // when: no limit again
          far.setReadTimeout(null);
          Greenlet<Integer> patient = spawn(() -> far.read(new byte[10]));
          sleep(40);
          near.write(text("x"));

          // then
          assertThat(patient.get()).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void timesOutAWriteToAPeerThatDoesNotRead(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          near.setWriteTimeout(Duration.ofMillis(50));
          assertThatThrownBy(() -> near.write(new byte[50_000_000]))
              .isInstanceOf(SocketTimeoutException.class)
              .hasMessageContaining("write timed out");
        });
  }

  @OnEveryEngine
  void refusesASecondReaderAndDoesNotDisturbTheFirst(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          Greenlet<Integer> first = spawn("first reader", () -> far.read(new byte[10]));
          Loomlet.yield();

          // when / then
          assertThatThrownBy(() -> far.read(new byte[10]))
              .isInstanceOf(ResourceBusyException.class)
              .hasMessageContaining("first reader");
          assertThatThrownBy(far::receive).isInstanceOf(ResourceBusyException.class);
          near.write(text("abc"));
          assertThat(first.get()).isEqualTo(3);
        });
  }

  @OnEveryEngine
  void refusesASecondWriter(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          Greenlet<?> first = spawn(() -> near.write(new byte[50_000_000]));
          Loomlet.yield();
          assertThatThrownBy(() -> near.write(new byte[1]))
              .isInstanceOf(ResourceBusyException.class);
          first.cancel(true);
          first.join();
          assertThat(first.isCancelled()).isTrue();
        });
  }

  @OnEveryEngine
  void refusesUseAfterClose(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          far.close();
          far.close();
          assertThat(far.isOpen()).isFalse();
          assertThatThrownBy(() -> far.read(new byte[1]))
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("closed");
          assertThatThrownBy(far::receive).isInstanceOf(SocketException.class);
          assertThatThrownBy(() -> far.write(new byte[1])).isInstanceOf(SocketException.class);
          assertThatThrownBy(far::shutdownOutput).isInstanceOf(SocketException.class);
          assertThatThrownBy(() -> far.setOption(StandardSocketOptions.TCP_NODELAY, true))
              .isInstanceOf(SocketException.class);
        });
  }

  @OnEveryEngine
  void endsAReadAndAWriteThatWaitWhenItIsClosed(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          Greenlet<Integer> reader = spawn(() -> near.read(new byte[1]));
          Greenlet<?> writer = spawn(() -> near.write(new byte[50_000_000]));
          Loomlet.yield();

          // when
          near.close();

          // then
          assertThatThrownBy(reader::get)
              .cause()
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("while");
          assertThatThrownBy(writer::get).cause().isInstanceOf(SocketException.class);
        });
  }

  @OnEveryEngine
  void readsNothingWhenCancelled(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          Greenlet<Integer> reader = spawn(() -> far.read(new byte[10]));
          Loomlet.yield();

          // when: the bytes and the cancellation come in the same turn
          near.write(text("abc"));
          reader.cancel(true);
          reader.join();

          // then
          assertThat(reader.isCancelled()).isTrue();
          assertThat(far.read(new byte[10])).isEqualTo(3);
        });
  }

  @OnEveryEngine
  void noticesACancellationAlsoWhenItWouldNotWait(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          near.write(text("abc"));
          Greenlet<Integer> reader =
              spawn(
                  () -> {
                    Thread.currentThread().interrupt();
                    return far.read(new byte[10]);
                  });
          reader.join();
          assertThat(reader.exception()).isInstanceOf(Cancelled.class);
        });
  }

  /** Over all engines and streams 10⁵ trials and more; at once, as each is mostly waiting. */
  @OnEveryEngine
  void givesExactlyOneOutcomeWhenDataRacesTheTimeOut(TestLoop loop) throws Exception {
    int trials = Repeat.times(500);
    int[] outcomes = new int[2];
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < 26; i++) {
                    TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
                    TcpStream far = listener.accept();
                    group.spawn(() -> race(near, far, trials, outcomes));
                  }
                });
          }
        });
    assertThat(outcomes[0]).isPositive();
    assertThat(outcomes[1]).isPositive();
  }

  private static void race(TcpStream near, TcpStream far, int trials, int[] outcomes)
      throws Exception {
    try (near;
        far) {
      // given
      byte[] one = new byte[1];
      int read = 0;
      int timedOut = 0;
      long limit = 400_000;
      far.setReadTimeout(Duration.ofNanos(limit));

      // when: each byte is sent some ticks before or after the reader's deadline
      for (int i = 0; i < trials; i++) {
        long pause = limit + (i % 27 - 18) * 15_000;
        Greenlet<?> writer =
            spawn(
                () -> {
                  sleep(Duration.ofNanos(pause));
                  near.write(one);
                });
        try {
          assertThat(far.read(one)).isEqualTo(1);
          read++;
        } catch (SocketTimeoutException e) {
          timedOut++;
        }
        writer.get();
      }

      // then: what timed out can still be read, nothing more and nothing less
      far.setReadTimeout(Duration.ofSeconds(10));
      byte[] rest = new byte[trials + 1];
      int left = 0;
      while (left + read < trials) {
        left += far.read(rest);
      }
      assertThat(read + timedOut).isEqualTo(trials);
      assertThat(read + left).isEqualTo(trials);
      far.setReadTimeout(Duration.ofMillis(1));
      assertThatThrownBy(() -> far.read(one)).isInstanceOf(SocketTimeoutException.class);
      outcomes[0] += read;
      outcomes[1] += timedOut;
    }
  }

  @OnEveryEngine
  void survivesCloseRacingDataAndTimeOut(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            for (int i = 0; i < Repeat.times(300); i++) {
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept();
              far.setReadTimeout(Duration.ofNanos(100_000));
              Greenlet<String> reader =
                  spawn(
                      () -> {
                        try {
                          return "read " + far.read(new byte[1]);
                        } catch (SocketTimeoutException e) {
                          return "timed out";
                        } catch (SocketException e) {
                          return "closed";
                        }
                      });
              sleep(Duration.ofNanos(i % 20 * 10_000L));
              if (i % 2 == 0) {
                near.write(new byte[1]);
              }
              far.close();
              near.close();
              assertThat(reader.get()).isIn("read 1", "timed out", "closed");
            }
          }
        });
  }

  @OnEveryEngine
  void reportsAResetByThePeer(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          near.setOption(StandardSocketOptions.SO_LINGER, 0);
          near.close();
          assertThatThrownBy(
                  () -> {
                    while (far.read(new byte[1]) >= 0) {
                      // until the reset arrives
                    }
                  })
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("reset");
        });
  }

  @OnEveryEngine
  void reportsAPeerThatIsGoneToAWriter(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          near.close();
          assertThatThrownBy(
                  () -> {
                    while (true) {
                      far.write(new byte[10_000]);
                    }
                  })
              .isInstanceOf(SocketException.class);
        });
  }

  @Tag("alone")
  @OnEveryEngine
  void doesNotStopTheLoopWhenItLingersAtClose(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given: unsent data that a lingering close would wait for
          near.setOption(StandardSocketOptions.SO_LINGER, 5);
          Greenlet<?> writer = spawn(() -> near.write(new byte[50_000_000]));
          Loomlet.yield();
          writer.cancel(true);
          writer.join();

          // when
          long start = System.nanoTime();
          near.close();

          // then
          assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        });
  }

  @OnEveryEngine
  void refusesAWriteBehindItsOwnEndAndSaysWhy(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, _) -> {
          near.shutdownOutput();
          assertThatThrownBy(() -> near.write(new byte[1]))
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("write to the connection with 127.0.0.1:")
              .hasMessageEndingWith(": broken pipe");
        });
  }
}
