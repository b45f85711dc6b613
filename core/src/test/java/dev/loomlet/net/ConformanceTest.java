package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.withPair;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.TaskGroup;
import dev.loomlet.engine.Chunk;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;

/** What must be the same on every engine, whatever the kernel does in between. */
@Timeout(120)
final class ConformanceTest {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** Bytes of which each says where in the stream it is. */
  private static void fill(byte[] target, int length, long position, long seed) {
    for (int i = 0; i < length; i++) {
      target[i] = expected(position + i, seed);
    }
  }

  private static byte expected(long position, long seed) {
    return (byte) ((position * 0x9E3779B97F4A7C15L + seed) >>> 56);
  }

  private static void check(byte[] bytes, int length, long position, long seed) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] != expected(position + i, seed)) {
        throw new AssertionError("wrong byte at " + (position + i) + ", seed " + seed);
      }
    }
  }

  private static void writeAtRandom(TcpStream stream, long total, long seed) throws IOException {
    Random random = new Random(seed);
    byte[] buffer = new byte[40_000];
    long written = 0;
    while (written < total) {
      int length = (int) Math.min(total - written, 1 + random.nextInt(buffer.length));
      fill(buffer, length, written, seed);
      stream.write(buffer, 0, length);
      written += length;
      if (random.nextInt(40) == 0) {
        sleep(Duration.ofNanos(random.nextInt(300_000)));
      }
    }
    stream.shutdownOutput();
  }

  /** Reads in all ways, with time-outs and cancellations in between, which lose nothing. */
  private static long readAtRandom(TcpStream stream, long seed) throws IOException {
    Random random = new Random(seed + 1);
    byte[] buffer = new byte[100_000];
    long position = 0;
    while (true) {
      int length = 1 + random.nextInt(buffer.length);
      stream.setReadTimeout(
          random.nextInt(4) == 0 ? Duration.ofNanos(1 + random.nextInt(200_000)) : null);
      int n;
      try {
        n = random.nextInt(3) == 0 ? receive(stream, buffer) : stream.read(buffer, 0, length);
      } catch (SocketTimeoutException e) {
        continue;
      }
      if (n < 0) {
        return position;
      }
      check(buffer, n, position, seed);
      position += n;
    }
  }

  private static int receive(TcpStream stream, byte[] target) throws IOException {
    Chunk chunk = stream.receive();
    if (chunk == null) {
      return -1;
    }
    try (chunk) {
      int n = chunk.length();
      chunk.buffer().get(target, 0, n);
      return n;
    }
  }

  @OnEveryEngine
  void carriesEveryByteInOrderInBothDirectionsOfManyStreams(TestLoop loop) throws Exception {
    carry(loop, 10, 400_000, 0);
  }

  @OnEveryEngine
  void carriesEveryByteThroughBuffersThatAreSoonFull(TestLoop loop) throws Exception {
    carry(loop, 10, 400_000, 16_384);
  }

  private static void carry(TestLoop loop, int pairs, long total, int sendBuffer) throws Exception {
    long seed = 20_251_121;
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            List<Greenlet<Long>> readers = new ArrayList<>();
            List<TcpStream> streams = new ArrayList<>();
            for (int i = 0; i < pairs; i++) {
              long own = seed + i * 100L;
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept();
              streams.add(near);
              streams.add(far);
              if (sendBuffer > 0) {
                // The smaller the buffer, the more often a write is partial.
                near.setOption(StandardSocketOptions.SO_SNDBUF, sendBuffer);
                far.setOption(StandardSocketOptions.SO_SNDBUF, 2 * sendBuffer);
              }
              spawn(() -> writeAtRandom(near, total, own));
              spawn(() -> writeAtRandom(far, total, own + 50));
              readers.add(spawn(() -> readAtRandom(far, own)));
              readers.add(spawn(() -> readAtRandom(near, own + 50)));
            }
            for (Greenlet<Long> each : readers) {
              assertThat(each.get()).isEqualTo(total);
            }
            streams.forEach(TcpStream::close);
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void losesNoByteWhenAReaderIsCancelledAtAnyPoint(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given: bytes that come at their own pace
          int total = Repeat.times(1_500);
          Greenlet<?> writer =
              spawn(
                  () -> {
                    Random random = new Random(3);
                    byte[] one = new byte[1];
                    for (int i = 0; i < total; i++) {
                      fill(one, 1, i, 5);
                      near.write(one);
                      pause(random);
                    }
                    near.shutdownOutput();
                  });

          // when: readers are cancelled after any number of turns
          Random random = new Random(4);
          long[] position = {0};
          boolean[] ended = {false};
          int cancelled = 0;
          while (!ended[0]) {
            Greenlet<?> reader =
                spawn(
                    () -> {
                      byte[] bytes = new byte[3];
                      int n = far.read(bytes);
                      if (n < 0) {
                        ended[0] = true;
                      } else {
                        check(bytes, n, position[0], 5);
                        position[0] += n;
                      }
                    });
            reader.linkException(_ -> {});
            pause(random);
            reader.cancel(true);
            reader.join();
            cancelled += reader.isCancelled() ? 1 : 0;
            if (reader.exception() != null) {
              assertThat(reader.exception()).isInstanceOf(Cancelled.class);
            }
          }

          // then
          writer.get();
          assertThat(position[0]).isEqualTo(total);
          assertThat(cancelled).isPositive();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  /** Some turns of the loop, or a few microseconds. */
  private static void pause(Random random) {
    if (random.nextInt(3) == 0) {
      sleep(Duration.ofNanos(1 + random.nextInt(60_000)));
    } else {
      for (int i = random.nextInt(4); i > 0; i--) {
        Loomlet.yield();
      }
    }
  }

  /** A connection's whole life. */
  private static void live(TcpListener listener) throws IOException {
    try (TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
        TcpStream far = listener.accept()) {
      near.write(new byte[100]);
      byte[] bytes = new byte[100];
      for (int n = 0; n < 100; ) {
        n += far.read(bytes);
      }
      far.write(new byte[] {1});
      near.read(bytes);
      near.shutdownOutput();
      far.read(bytes);
    }
  }

  private static long openDescriptors() throws IOException {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(DESCRIPTORS)) {
      return all.count();
    }
  }

  private enum Ending {
    CANCEL,
    CLOSE_LISTENER
  }

  @OnEveryEngine
  void leaksNoDescriptorWhenCancelledOrClosedAtAnyPoint(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          live(TcpListener.bind("127.0.0.1", 0));
          long before = openDescriptors();
          for (Ending ending : Ending.values()) {
            int completed = 0;
            // Ever later, until it gets through several times.
            for (int turns = 0; completed < 3; turns += 1 + turns / 16) {
              try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
                Greenlet<?> life = spawn(() -> live(listener));
                life.linkException(_ -> {});
                for (int i = 0; i < turns && !life.isDone(); i++) {
                  Loomlet.yield();
                }
                if (life.isDone()) {
                  completed++;
                }
                switch (ending) {
                  case CANCEL -> life.cancel(true);
                  case CLOSE_LISTENER -> listener.close();
                }
                life.join();
                if (life.exception() != null) {
                  assertThat(life.exception())
                      .isInstanceOfAny(Cancelled.class, SocketException.class);
                }
              }
            }
          }
          // Helpers and rings have descriptors of their own, but not one for each of the lives.
          assertThat(openDescriptors()).isLessThanOrEqualTo(before + 4);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void endsEveryWaitOfAStreamThatIsClosedAtAnyPoint(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            Random random = new Random(6);
            byte[] big = new byte[6_000_000];
            for (int i = 0; i < 60; i++) {
              // given
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept();
              Greenlet<?> reader = spawn(() -> near.read(new byte[1]));
              Greenlet<?> writer = spawn(() -> near.write(big));
              Greenlet<?> peer = spawn(() -> far.read(new byte[100_000]));
              List.of(reader, writer, peer).forEach(each -> each.linkException(_ -> {}));

              // when
              pause(random);
              near.close();

              // then
              reader.join();
              writer.join();
              peer.join();
              assertThat(reader.exception()).isInstanceOf(SocketException.class);
              far.close();
            }
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void holdsAWriterBackWhoseReaderDoesNotRead(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          int block = 65_536;
          int blocks = 800;
          int[] taken = {0};
          Greenlet<?> writer =
              spawn(
                  () -> {
                    byte[] bytes = new byte[block];
                    for (int i = 0; i < blocks; i++) {
                      near.write(bytes);
                      taken[0]++;
                    }
                    near.shutdownOutput();
                  });

          // when: nobody reads until the writer comes no further
          int before = -1;
          while (before != taken[0]) {
            before = taken[0];
            sleep(20);
          }

          // then: what the kernel has room for was taken, and no more
          assertThat(writer.isDone()).isFalse();
          assertThat(taken[0]).isLessThan(blocks);

          // when / then
          long read = 0;
          byte[] bytes = new byte[block];
          for (int n = far.read(bytes); n > 0; n = far.read(bytes)) {
            read += n;
          }
          assertThat(read).isEqualTo((long) block * blocks);
          writer.get();
        });
  }

  @OnEveryEngine
  void halfClosesUnderAReaderThatWaits(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          Greenlet<Integer> reader = spawn(() -> near.read(new byte[1]));
          sleep(1);

          // when
          near.shutdownInput();

          // then: it sees the end, and the other direction goes on
          assertThat(reader.get()).isEqualTo(-1);
          near.write(new byte[3]);
          assertThat(far.read(new byte[10])).isEqualTo(3);
        });
  }

  @OnEveryEngine
  void tellsAllWaitersOfAReset(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          Greenlet<?> reader = spawn(() -> far.read(new byte[1]));
          Greenlet<?> writer = spawn(() -> far.write(new byte[50_000_000]));
          List.of(reader, writer).forEach(each -> each.linkException(_ -> {}));
          sleep(5);

          // when
          near.setOption(StandardSocketOptions.SO_LINGER, 0);
          near.close();

          // then
          reader.join();
          writer.join();
          assertThat(reader.exception()).isInstanceOf(SocketException.class);
          assertThat(writer.exception()).isInstanceOf(SocketException.class);
        });
  }

  @OnEveryEngine
  void mixesUpNobodyWhenDescriptorsAreReused(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < 8; i++) {
                    int own = i;
                    group.spawn(() -> comeAndGo(listener.port(), own));
                  }
                  for (int i = 0; i < 8 * 25; i++) {
                    TcpStream stream = listener.accept();
                    group.spawn(() -> echoOnce(stream));
                  }
                });
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  private static void comeAndGo(int port, int own) throws IOException {
    Random random = new Random(own);
    for (int i = 0; i < 25; i++) {
      try (TcpStream stream = TcpStream.connect("127.0.0.1", port)) {
        byte[] sent = new byte[1 + random.nextInt(200)];
        random.nextBytes(sent);
        stream.write(sent);
        stream.shutdownOutput();
        byte[] answer = new byte[300];
        int read = 0;
        for (int n = stream.read(answer); n >= 0; n = stream.read(answer, read, 300 - read)) {
          read += n;
        }
        assertThat(answer).startsWith(sent);
        assertThat(read).isEqualTo(sent.length);
      }
    }
  }

  private static void echoOnce(TcpStream stream) throws IOException {
    try (stream) {
      byte[] bytes = new byte[300];
      for (int n = stream.read(bytes); n >= 0; n = stream.read(bytes)) {
        stream.write(bytes, 0, n);
      }
    }
  }
}
