package dev.loomlet.io;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.net.Relay;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;

/** Copying and joining whole streams. */
@Timeout(60)
final class StreamsTest {

  private interface Body {
    void run(TcpStream a, TcpStream a2, TcpStream b, TcpStream b2) throws Exception;
  }

  /** Runs code with two connections, a–a2 and b2–b. */
  private static void withTwo(TestLoop loop, Body body) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream a = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream a2 = listener.accept();
              TcpStream b = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream b2 = listener.accept()) {
            body.run(a, a2, b, b2);
          }
        });
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @OnEveryEngine
  void copiesEverythingAndTellsHowFarItIs(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (a, a2, b, b2) -> {
          byte[] data = random(3_000_000, 1);
          Greenlet<?> writer =
              spawn(
                  () -> {
                    a.write(data);
                    a.shutdownOutput();
                  });
          List<Long> progress = new ArrayList<>();
          StreamReader reader = new StreamReader(a2);
          assertThat(reader.peek(10)).hasSize(10);
          Greenlet<Long> copier =
              spawn(
                  () -> {
                    long n = Streams.copy(reader, b2, progress::add);
                    b2.shutdownOutput();
                    return n;
                  });
          assertThat(b.inputStream().readAllBytes()).isEqualTo(data);
          assertThat(copier.get()).isEqualTo(data.length);
          assertThat(progress).isSorted().endsWith((long) data.length);
          writer.get();
        });
  }

  @OnEveryEngine
  void aSinkThatIsSlowSlowsDownTheSource(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (a, a2, b, b2) -> {
          // given: nobody reads at the far end
          for (TcpStream each : List.of(a, a2, b, b2)) {
            each.setOption(StandardSocketOptions.SO_SNDBUF, 10_000);
            each.setOption(StandardSocketOptions.SO_RCVBUF, 10_000);
          }
          Greenlet<?> copier = spawn(() -> Streams.copy(a2, b2));
          long[] written = new long[1];
          Greenlet<?> writer =
              spawn(
                  () -> {
                    while (true) {
                      a.write(new byte[10_000]);
                      written[0] += 10_000;
                    }
                  });

          // when: it comes to rest
          long before = -1;
          while (written[0] > before || before <= 0) {
            before = written[0];
            sleep(50);
          }

          // then: the kernel's buffers are full and no more
          assertThat(before).isLessThan(4_000_000);
          writer.kill();
          copier.kill();
        });
  }

  @OnEveryEngine
  void aRelayPassesOnBothEnds(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (a, a2, b, b2) -> {
          // given
          byte[] question = random(500_000, 2);
          byte[] answer = random(700_000, 3);
          Greenlet<Relay> relay = spawn(() -> Relay.between(a2, b2));

          // when: one side has ended and the other one answers only then
          a.write(question);
          a.shutdownOutput();
          assertThat(b.inputStream().readAllBytes()).isEqualTo(question);
          b.write(answer);
          b.shutdownOutput();

          // then
          assertThat(a.inputStream().readAllBytes()).isEqualTo(answer);
          assertThat(relay.get()).isEqualTo(new Relay(question.length, answer.length));
          assertThat(a2.isOpen()).isFalse();
          assertThat(b2.isOpen()).isFalse();
        });
  }

  @OnEveryEngine
  void aRelayEndsWhenEitherSideBreaks(TestLoop loop) throws Exception {
    withTwo(
        loop,
        (a, a2, b, b2) -> {
          Greenlet<Relay> relay = spawn(() -> Relay.between(a2, b2));
          a.write(new byte[10]);
          a.setOption(StandardSocketOptions.SO_LINGER, 0);
          b.read(new byte[10]);
          a.close();
          assertThatThrownBy(relay::get).hasCauseInstanceOf(IOException.class);
          assertThat(b.read(new byte[1])).isEqualTo(-1);
        });
  }
}
