package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static dev.loomlet.net.Pair.withPair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.CancelScope;
import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;

/** Writes of several pieces at once. */
@Timeout(60)
final class VectoredWriteTest {

  /** Pieces of all kinds and sizes, empty ones too, and what they make together. */
  private record Pieces(List<MemorySegment> all, byte[] bytes) {
    static Pieces random(Random random, Arena arena, int count, int longest) {
      List<MemorySegment> all = new ArrayList<>();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int i = 0; i < count; i++) {
        byte[] piece = new byte[random.nextInt(longest + 1)];
        random.nextBytes(piece);
        bytes.writeBytes(piece);
        all.add(
            random.nextBoolean()
                ? MemorySegment.ofArray(piece)
                : arena.allocateFrom(ValueLayout.JAVA_BYTE, piece));
      }
      return new Pieces(all, bytes.toByteArray());
    }
  }

  @OnEveryEngine
  void writesBuffersOneBehindTheOther(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          ByteBuffer head = ByteBuffer.wrap(text("xhead "), 1, 5);
          ByteBuffer empty = ByteBuffer.allocate(0);
          ByteBuffer body = ByteBuffer.allocateDirect(4).put(text("body")).flip();
          // when
          near.write(head, empty, body);
          near.write();
          near.write(List.of());
          near.write(List.of(MemorySegment.ofArray(text(" tail"))));
          near.shutdownOutput();
          // then
          assertThat(far.inputStream().readAllBytes()).isEqualTo(text("head body tail"));
          assertThat(head.hasRemaining()).isFalse();
          assertThat(body.hasRemaining()).isFalse();
        });
  }

  @OnEveryEngine
  void writesThemByOneSystemCall(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // when
          near.write(ByteBuffer.wrap(text("head")), ByteBuffer.wrap(text("body")));
          // then: with Nagle's algorithm off, two calls could be read apart, one cannot
          Greenlet<Integer> reader = spawn(() -> far.read(new byte[100]));
          assertThat(reader.get()).isEqualTo(8);
        });
  }

  @OnEveryEngine
  void deliversEveryByteOfManyPiecesToASlowReader(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          try (Arena arena = Arena.ofShared()) {
            // given: more pieces than one call takes, and more bytes than the kernel holds
            Random random = new Random(11);
            Pieces many = Pieces.random(random, arena, 3000, 300);
            Pieces big = Pieces.random(random, arena, 40, 400_000);
            Greenlet<?> writer =
                spawn(
                    () -> {
                      near.write(many.all);
                      near.write(big.all);
                      near.shutdownOutput();
                    });
            // when
            ByteArrayOutputStream received = new ByteArrayOutputStream();
            byte[] room = new byte[50_000];
            for (int n = far.read(room); n >= 0; n = far.read(room)) {
              received.write(room, 0, n);
              if (random.nextInt(30) == 0) {
                sleep(1);
              }
            }
            writer.get();
            // then
            byte[] all = received.toByteArray();
            assertThat(all).hasSize(many.bytes.length + big.bytes.length);
            assertThat(Arrays.copyOf(all, many.bytes.length)).isEqualTo(many.bytes);
            assertThat(Arrays.copyOfRange(all, many.bytes.length, all.length)).isEqualTo(big.bytes);
          }
        });
  }

  @OnEveryEngine
  void endsByTimeCancellationAndClose(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given: more than the kernel takes, and nobody reads
          ByteBuffer[] endless = {ByteBuffer.allocate(20_000_000), ByteBuffer.allocateDirect(9)};
          near.setWriteTimeout(Duration.ofMillis(20));
          assertThatThrownBy(() -> near.write(endless)).isInstanceOf(SocketTimeoutException.class);
          near.setWriteTimeout(null);
          CancelScope scope = new CancelScope();
          scope.run(
              () -> {
                scope.cancel();
                assertThatThrownBy(() -> near.write(endless)).isInstanceOf(Cancelled.class);
              });
          Greenlet<?> writer = spawn("first", () -> near.write(endless));
          sleep(5);
          assertThatThrownBy(() -> near.write(ByteBuffer.allocate(1), ByteBuffer.allocate(1)))
              .isInstanceOf(ResourceBusyException.class)
              .hasMessageContaining("first");
          near.close();
          assertThatThrownBy(writer::get).hasRootCauseInstanceOf(SocketException.class);
          assertThatThrownBy(() -> near.write(endless)).isInstanceOf(SocketException.class);
        });
  }

  @OnEveryEngine
  void worksFromOtherThreadsAndRefusesDeadMemory(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          List<Throwable> failures = new ArrayList<>();
          Thread stranger =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        try {
                          near.write(
                              ByteBuffer.wrap(text("from a ")), ByteBuffer.wrap(text("thread")));
                        } catch (IOException e) {
                          failures.add(e);
                        }
                      });
          // when
          byte[] room = new byte[20];
          int n = 0;
          while (n < 13) {
            n += far.read(room, n, 20 - n);
          }
          stranger.join();
          // then
          assertThat(failures).isEmpty();
          assertThat(Arrays.copyOf(room, n)).isEqualTo(text("from a thread"));
          MemorySegment dead;
          try (Arena arena = Arena.ofShared()) {
            dead = arena.allocateFrom("dead");
          }
          assertThatThrownBy(() -> near.write(List.of(MemorySegment.ofArray(text("x")), dead)))
              .isInstanceOf(IllegalStateException.class);
        });
  }
}
