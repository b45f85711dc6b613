package dev.loomlet.engine;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Action;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is particular about connections that the kernel receives for. */
@Timeout(60)
final class UringStreamTest {
  private static final int CHUNK = Chunk.CAPACITY;

  @BeforeEach
  void needsTheEngine() {
    String reason = UringSupport.unavailableReason();
    Assumptions.assumeTrue(reason == null, reason);
  }

  @AfterEach
  void forgetOldKernel() {
    System.clearProperty(UringSupport.OLD_PROPERTY);
  }

  private static void run(Action action) throws Exception {
    Loomlet.run(LoopOptions.defaults().withEngine(Engines.byName(UringEngine.NAME)), action);
  }

  private static UringEngine engine() {
    return (UringEngine) Loop.current().engine();
  }

  private static ListenSocket listener() throws IOException {
    return engine()
        .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ListenOptions.DEFAULT);
  }

  /** A connection; the accepted end second. */
  private record Pair(UringStreamSocket near, UringStreamSocket far) implements AutoCloseable {
    static Pair through(ListenSocket listener) throws IOException {
      StreamSocket near = engine().connect(listener.localAddress(), 0);
      StreamSocket far = engine().attach(listener.accept(0));
      return new Pair((UringStreamSocket) near, (UringStreamSocket) far);
    }

    @Override
    public void close() {
      near.close();
      far.close();
    }
  }

  private static MemorySegment bytes(int length) {
    return MemorySegment.ofArray(new byte[length]);
  }

  /** Has the kernel receive, for a reader who gives up. */
  private static void wantInVain(UringStreamSocket socket) {
    Greenlet<?> reader = spawn(() -> socket.receive(0));
    Loomlet.yield();
    sleep(1);
    reader.kill();
    assertThat(reader.isCancelled()).isTrue();
  }

  @Test
  void keepsWhatArrivesForNobodyInOrderAndTheEndBehindIt() throws Exception {
    run(
        () -> {
          try (Listening listening = new Listening(listener());
              Pair pair = Pair.through(listening.socket)) {
            // given: pieces that come one by one while nobody reads
            wantInVain(pair.far);
            StringBuilder sent = new StringBuilder();
            for (int i = 0; i < 50; i++) {
              String piece = "piece " + i + ";";
              sent.append(piece);
              pair.near.write(MemorySegment.ofArray(piece.getBytes()), 0, piece.length(), 0);
              sleep(0);
              engine().poll(0);
            }
            pair.near.shutdownOutput();
            sleep(2);
            assertThat(pair.far.unreadLength()).isGreaterThan(0);

            // when
            StringBuilder read = new StringBuilder();
            byte[] some = new byte[7];
            for (int n; (n = pair.far.read(MemorySegment.ofArray(some), 0, 7, 0)) > 0; ) {
              read.append(new String(some, 0, n));
            }

            // then
            assertThat(read.toString()).isEqualTo(sent.toString());
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void holdsNoMoreThanAChunkForAConnectionThatNobodyReads(boolean old) throws Exception {
    System.setProperty(UringSupport.OLD_PROPERTY, String.valueOf(old));
    run(
        () -> {
          try (Listening listening = new Listening(listener());
              Pair stalled = Pair.through(listening.socket);
              Pair other = Pair.through(listening.socket)) {
            // given
            wantInVain(stalled.far);
            Greenlet<?> writer =
                spawn(() -> stalled.near.write(bytes(20_000_000), 0, 20_000_000, 0));

            // when: others go on
            for (int i = 0; i < 100; i++) {
              other.near.write(bytes(10), 0, 10, 0);
              assertThat(other.far.read(bytes(10), 0, 10, 0)).isEqualTo(10);
              assertThat(stalled.far.unreadLength()).isLessThanOrEqualTo(CHUNK);
            }

            // then
            assertThat(writer.isDone()).isFalse();
            assertThat(stalled.far.unreadLength()).isGreaterThan(0);
            int left = 20_000_000;
            while (left > 0) {
              try (Chunk chunk = stalled.far.receive(0)) {
                left -= chunk.length();
              }
            }
            writer.get();
            assertThat(left).isZero();
          }
        });
  }

  @Test
  void receivesForMoreConnectionsAtOnceThanItHasBuffers() throws Exception {
    run(
        () -> {
          List<Pair> pairs = new ArrayList<>();
          try (Listening listening = new Listening(listener())) {
            // given: more than there can ever be buffers in the kernel, each with a reader
            int count = UringBuffers.MOST + 100;
            List<Greenlet<Integer>> readers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
              Pair pair = Pair.through(listening.socket);
              pairs.add(pair);
              readers.add(spawn(() -> pair.far.read(bytes(9), 0, 9, 0)));
            }
            sleep(5);

            // when: all arrive before the kernel is asked again
            for (Pair pair : pairs) {
              pair.near.write(bytes(9), 0, 9, 0);
            }

            // then
            for (Greenlet<Integer> reader : readers) {
              assertThat(reader.get()).isEqualTo(9);
            }

            // when / then: held without being read, they do not keep others waiting
            for (Pair pair : pairs) {
              wantInVainQuickly(pair.far);
            }
            sleep(2);
            for (Pair pair : pairs) {
              pair.near.write(bytes(9), 0, 9, 0);
            }
            sleep(2);
            try (Pair last = Pair.through(listening.socket)) {
              last.near.write(bytes(5), 0, 5, 0);
              assertThat(last.far.read(bytes(9), 0, 9, 0)).isEqualTo(5);
            }
            for (Pair pair : pairs) {
              assertThat(pair.far.read(bytes(20), 0, 20, 0)).isEqualTo(9);
            }
          } finally {
            pairs.forEach(Pair::close);
          }
        });
  }

  private static void wantInVainQuickly(UringStreamSocket socket) {
    Greenlet<?> reader = spawn(() -> socket.receive(0));
    Loomlet.yield();
    reader.kill();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void deliversEveryByteInOrderHoweverItIsReadAndWritten(boolean old) throws Exception {
    System.setProperty(UringSupport.OLD_PROPERTY, String.valueOf(old));
    run(
        () -> {
          try (Listening listening = new Listening(listener());
              Pair pair = Pair.through(listening.socket)) {
            // given
            long seed = new Random().nextLong();
            int total = 12_000_000;
            Greenlet<?> writer = spawn(() -> writeRandomly(pair.near, new Random(seed), total));

            // when / then
            Random random = new Random(seed + 1);
            int position = 0;
            try (Arena arena = Arena.ofConfined()) {
              MemorySegment memory = arena.allocate(100_000);
              while (position < total) {
                if (random.nextInt(50) == 0) {
                  sleep(1);
                }
                position += readSomehow(pair.far, random, memory, position, seed);
              }
            }
            writer.get();
            pair.near.shutdownOutput();
            assertThat(pair.far.receive(0)).as("seed " + seed).isNull();
            assertThat(pair.far.receive(0)).isNull();
          }
        });
  }

  private static byte byteAt(int position) {
    return (byte) (position * 31 + (position >>> 8));
  }

  private static void writeRandomly(StreamSocket to, Random random, int total) throws IOException {
    byte[] data = new byte[200_000];
    for (int position = 0; position < total; ) {
      int most = random.nextBoolean() ? 300 : data.length;
      int length = Math.min(1 + random.nextInt(most), total - position);
      for (int i = 0; i < length; i++) {
        data[i] = byteAt(position + i);
      }
      to.write(MemorySegment.ofArray(data), 0, length, 0);
      position += length;
      if (random.nextInt(20) == 0) {
        sleep(1);
      }
    }
  }

  private static int readSomehow(
      UringStreamSocket from, Random random, MemorySegment memory, int position, long seed)
      throws IOException {
    MemorySegment read;
    switch (random.nextInt(4)) {
      case 0 -> {
        try (Chunk chunk = from.receive(0)) {
          return check(MemorySegment.ofBuffer(chunk.buffer()), position, seed);
        }
      }
      case 1 -> {
        read = bytes(1 + random.nextInt(2_000));
        int n = from.read(read, 0, (int) read.byteSize(), 0);
        return check(read.asSlice(0, n), position, seed);
      }
      case 2 -> {
        return readOrGiveUp(from, position, seed);
      }
      default -> {
        int n = from.read(memory, 10, 90_000, 0);
        return check(memory.asSlice(10, n), position, seed);
      }
    }
  }

  private static int readOrGiveUp(UringStreamSocket from, int position, long seed) {
    Greenlet<Chunk> reader = spawn(() -> from.receive(0));
    Loomlet.yield();
    reader.kill();
    if (reader.isCancelled()) {
      return 0;
    }
    try (Chunk chunk = reader.resultNow()) {
      return check(MemorySegment.ofBuffer(chunk.buffer()), position, seed);
    }
  }

  private static int check(MemorySegment read, int position, long seed) {
    int n = (int) read.byteSize();
    for (int i = 0; i < n; i++) {
      if (read.get(ValueLayout.JAVA_BYTE, i) != byteAt(position + i)) {
        throw new AssertionError("wrong byte at " + (position + i) + ", seed " + seed);
      }
    }
    return n;
  }

  @Test
  void freesTheAddressBeforeCloseReturnsAlsoWhenTheKernelAccepts() throws Exception {
    run(
        () -> {
          InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
          for (int i = 0; i < 50; i++) {
            // given
            ListenSocket listener = engine().listen(address, ListenOptions.DEFAULT);
            Greenlet<?> acceptor = spawn(() -> listener.accept(0));
            acceptor.linkException(_ -> {});
            sleep(0);
            Loomlet.yield();

            // when
            listener.close();

            // then
            address = (InetSocketAddress) listener.localAddress();
            acceptor.join();
          }
        });
  }

  @Test
  void acceptsAllThatCameWhileNobodyAccepted() throws Exception {
    run(
        () -> {
          try (Listening listening = new Listening(listener())) {
            // given: accepting has begun once
            Pair.through(listening.socket).close();
            List<StreamSocket> clients = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
              clients.add(engine().connect(listening.socket.localAddress(), 0));
            }
            sleep(2);

            // when / then
            for (int i = 0; i < 300; i++) {
              listening.socket.accept(0).close();
            }
            assertThat(listening.socket.isReadable()).isFalse();
            clients.forEach(StreamSocket::close);
          }
        });
  }

  /** For try-with-resources. */
  private record Listening(ListenSocket socket) implements AutoCloseable {
    @Override
    public void close() {
      socket.close();
    }
  }

  @Test
  void aReaderOfChunksWaitsForMassesAndReceivesThemByOneSystemCall() throws Exception {
    run(
        () -> {
          try (Listening listening = new Listening(listener());
              Pair pair = Pair.through(listening.socket)) {
            // given: a reader who has been told that bytes come in masses
            int length = UringStreamSocket.MOST_AT_ONCE;
            MemorySegment data = bytes(length);
            receiveWhatIsSentMeanwhile(pair, data);
            long before = engine().systemCalls();

            // when: he waits each time before they are sent
            int rounds = 100;
            for (int i = 0; i < rounds; i++) {
              receiveWhatIsSentMeanwhile(pair, data);
            }

            // then: one to send, one to receive, and hardly any to find out that there is something
            assertThat(engine().systemCalls() - before).isLessThan(rounds * 5 / 2);
          }
        });
  }

  private static void receiveWhatIsSentMeanwhile(Pair pair, MemorySegment data) throws Exception {
    int length = (int) data.byteSize();
    Greenlet<?> reader =
        spawn(
            () -> {
              for (int left = length; left > 0; ) {
                try (Chunk chunk = pair.far.receive(0)) {
                  left -= chunk.length();
                }
              }
            });
    Loomlet.yield();
    pair.near.write(data, 0, length, 0);
    reader.get();
  }

  @Test
  void littleWritesOfOneTurnLeaveByOneSystemCall() throws Exception {
    run(
        () -> {
          // given
          int count = 100;
          List<Pair> pairs = new ArrayList<>();
          try (Listening listening = new Listening(listener())) {
            for (int i = 0; i < count; i++) {
              pairs.add(Pair.through(listening.socket));
            }
            long before = engine().systemCalls();

            // when
            List<Greenlet<?>> writers = new ArrayList<>();
            for (Pair pair : pairs) {
              writers.add(spawn(() -> pair.near.write(bytes(10), 0, 10, 0)));
            }
            Loomlet.joinAll(writers);

            // then
            assertThat(writers).allMatch(Greenlet::isSuccessful);
            assertThat(engine().systemCalls() - before).isLessThan(count / 5);
            for (Pair pair : pairs) {
              assertThat(pair.far.read(bytes(20), 0, 20, 0)).isEqualTo(10);
            }
          } finally {
            pairs.forEach(Pair::close);
          }
        });
  }
}
