package dev.loomlet.net;

import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static dev.loomlet.net.Pair.withPair;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.engine.Chunk;
import dev.loomlet.testing.NativeFrame;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;

/** Small writes while other greenlets are ready to run, which an engine may do together. */
@Timeout(60)
final class CrowdedWritesTest {
  private static final int CROWD = 5;

  /** Has greenlets ready to run, so that a write is not alone in its turn. */
  private static List<Greenlet<?>> crowd() {
    List<Greenlet<?>> crowd = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      crowd.add(spawn(Loomlet::yield));
    }
    return crowd;
  }

  private static String readAll(TcpStream stream) throws Exception {
    StringBuilder all = new StringBuilder();
    byte[] some = new byte[1000];
    for (int n = stream.read(some); n > 0; n = stream.read(some)) {
      all.append(new String(some, 0, n, US_ASCII));
    }
    return all.toString();
  }

  @OnEveryEngine
  void eachConnectionGetsItsOwnBytes(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          int connections = 50;
          int rounds = 20;
          List<Greenlet<?>> clients = new ArrayList<>();
          try (StreamServer server =
              StreamServer.builder(CrowdedWritesTest::echo).bind("127.0.0.1", 0).start()) {
            for (int i = 0; i < connections; i++) {
              int number = i;
              clients.add(spawn(() -> talk(server.port(), number, rounds)));
            }

            // when
            Loomlet.joinAll(clients);
          }

          // then
          for (Greenlet<?> client : clients) {
            client.get();
          }
        });
  }

  private static void echo(SocketStream stream) throws Exception {
    while (true) {
      try (Chunk chunk = stream.receive()) {
        if (chunk == null) {
          return;
        }
        stream.write(chunk);
      }
    }
  }

  private static void talk(int port, int number, int rounds) throws Exception {
    Random random = new Random(number);
    try (TcpStream stream = TcpStream.connect("127.0.0.1", port)) {
      for (int i = 0; i < rounds; i++) {
        byte[] question = new byte[1 + random.nextInt(6000)];
        random.nextBytes(question);
        int half = question.length / 2;
        // Each kind of write.
        if (i % 2 == 0) {
          stream.write(question);
        } else {
          MemorySegment all = MemorySegment.ofArray(question);
          stream.write(List.of(all.asSlice(0, half), all.asSlice(half)));
        }
        byte[] answer = new byte[question.length];
        for (int got = 0; got < answer.length; ) {
          got += stream.read(answer, got, answer.length - got);
        }
        assertThat(answer).isEqualTo(question);
      }
    }
  }

  @OnEveryEngine
  void writesOfSeveralGreenletsToOneStreamLeaveInTheirOrder(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          List<Greenlet<?>> writers = new ArrayList<>();
          StringBuilder expected = new StringBuilder();
          for (int i = 0; i < 40; i++) {
            String piece = "piece " + i + ";";
            expected.append(piece);
            writers.add(spawn(() -> near.write(text(piece))));
          }

          // when
          Loomlet.joinAll(writers);
          near.shutdownOutput();

          // then
          assertThat(writers).allMatch(Greenlet::isSuccessful);
          assertThat(readAll(far)).isEqualTo(expected.toString());
        });
  }

  @OnEveryEngine
  void whatWasWrittenComesBeforeAnEndInTheSameTurn(TestLoop loop) throws Exception {
    for (boolean half : new boolean[] {true, false}) {
      withPair(
          loop,
          (near, far) -> {
            // given
            Greenlet<?> writer = spawn(() -> near.write(text("last words")));
            Greenlet<?> ender =
                spawn(
                    () -> {
                      if (half) {
                        near.shutdownOutput();
                      } else {
                        near.close();
                      }
                    });
            List<Greenlet<?>> others = crowd();

            // when
            writer.get();
            ender.get();
            Loomlet.joinAll(others);

            // then
            assertThat(readAll(far)).isEqualTo("last words");
          });
    }
  }

  @OnEveryEngine
  void aWriteThatHasBegunSucceedsAndItsCancellationStaysDue(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          boolean[] written = {false};
          Greenlet<?> writer =
              spawn(
                  () -> {
                    near.write(text("whole"));
                    written[0] = true;
                    Loomlet.sleep(60_000);
                  });
          Greenlet<?> killer = spawn(() -> writer.kill());
          List<Greenlet<?>> others = crowd();

          // when
          killer.get();
          Loomlet.joinAll(others);
          near.shutdownOutput();

          // then
          assertThat(written[0]).isTrue();
          writer.join();
          assertThat(writer.isCancelled()).isTrue();
          assertThat(readAll(far)).isEqualTo("whole");
        });
  }

  @OnEveryEngine
  void aWriteToAConnectionThatWasResetMeetsTheError(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          far.setOption(StandardSocketOptions.SO_LINGER, 0);
          far.close();
          assertThatThrownBy(() -> near.read(new byte[1])).isInstanceOf(SocketException.class);

          // when
          Greenlet<?> writer =
              spawn(
                  () -> {
                    near.write(text("one"));
                    near.write(text("two"));
                  });
          List<Greenlet<?>> others = crowd();
          Loomlet.joinAll(others);

          // then
          assertThatThrownBy(writer::get).hasCauseInstanceOf(SocketException.class);
        });
  }

  @OnEveryEngine
  void smallWritesToASlowReaderLoseNothing(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given: more than all buffers between them hold
          near.setOption(StandardSocketOptions.SO_SNDBUF, 32 * 1024);
          int length = 3 * 1024;
          int count = 3000;
          Greenlet<?> writer =
              spawn(
                  () -> {
                    for (int i = 0; i < count; i++) {
                      byte[] piece = new byte[length];
                      for (int at = 0; at < length; at++) {
                        piece[at] = (byte) ((i * length + at) % 251);
                      }
                      near.write(piece);
                    }
                    near.shutdownOutput();
                  });
          boolean[] over = {false};
          for (int i = 0; i < CROWD; i++) {
            spawn(
                () -> {
                  while (!over[0]) {
                    Loomlet.yield();
                  }
                });
          }

          // when
          long position = 0;
          byte[] some = new byte[50_000];
          for (int n = far.read(some); n > 0; n = far.read(some)) {
            for (int i = 0; i < n; i++, position++) {
              if (some[i] != (byte) (position % 251)) {
                throw new AssertionError("byte " + position + " is " + some[i]);
              }
            }
          }
          over[0] = true;

          // then
          writer.get();
          assertThat(position).isEqualTo((long) length * count);
        });
  }

  @OnEveryEngine
  void aGreenletThatCannotLeaveItsThreadWritesAllTheSame(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          Greenlet<?> writer =
              spawn(
                  () ->
                      NativeFrame.under(
                          () -> {
                            try {
                              near.write(text("from below"));
                            } catch (IOException e) {
                              throw new UncheckedIOException(e);
                            }
                          }));
          List<Greenlet<?>> others = crowd();

          // when
          writer.get();
          Loomlet.joinAll(others);
          near.shutdownOutput();

          // then
          assertThat(readAll(far)).isEqualTo("from below");
        });
  }
}
