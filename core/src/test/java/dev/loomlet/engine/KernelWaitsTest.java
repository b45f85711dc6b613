package dev.loomlet.engine;

import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopGroup;
import dev.loomlet.LoopOptions;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for futexes and child processes. */
@Timeout(60)
final class KernelWaitsTest {
  @BeforeEach
  void needsIoUring() {
    String reason = UringSupport.unavailableReason();
    Assumptions.assumeTrue(reason == null, reason);
  }

  private static LoopOptions options() {
    return LoopOptions.defaults().withEngine(Engines.byName(UringEngine.NAME));
  }

  private static KernelWaits futexes() {
    KernelWaits waits = (KernelWaits) Loop.current().engine();
    Assumptions.assumeTrue(waits.waitsForFutexes(), "needs Linux 6.7");
    return waits;
  }

  private static KernelWaits processes() {
    KernelWaits waits = (KernelWaits) Loop.current().engine();
    Assumptions.assumeTrue(waits.waitsForProcesses(), "needs Linux 6.7");
    return waits;
  }

  /** Starts a shell without the JDK, which would ask for its end as well. */
  private static int shell(String script) throws Throwable {
    Linker linker = Linker.nativeLinker();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pid = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment arguments = arena.allocate(ValueLayout.ADDRESS, 4);
      arguments.setAtIndex(ValueLayout.ADDRESS, 0, arena.allocateFrom("sh"));
      arguments.setAtIndex(ValueLayout.ADDRESS, 1, arena.allocateFrom("-c"));
      arguments.setAtIndex(ValueLayout.ADDRESS, 2, arena.allocateFrom(script));
      int error =
          (int)
              linker
                  .downcallHandle(
                      linker.defaultLookup().find("posix_spawn").orElseThrow(),
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_INT,
                          ValueLayout.ADDRESS,
                          ValueLayout.ADDRESS,
                          ValueLayout.ADDRESS,
                          ValueLayout.ADDRESS,
                          ValueLayout.ADDRESS,
                          ValueLayout.ADDRESS))
                  .invoke(
                      pid,
                      arena.allocateFrom("/bin/sh"),
                      MemorySegment.NULL,
                      MemorySegment.NULL,
                      arguments,
                      arena.allocate(8));
      assertThat(error).isZero();
      return pid.get(ValueLayout.JAVA_INT, 0);
    }
  }

  private static int shellUnchecked(String script) {
    try {
      return shell(script);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void waitsForAFutexUntilItIsWoken() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment word = arena.allocate(4, 4);
      Loomlet.run(
          options(),
          () -> {
            // given
            KernelWaits waits = futexes();
            Greenlet<Boolean> first = spawn(() -> waits.awaitFutex(word, 0, false));
            Greenlet<Boolean> second = spawn(() -> waits.awaitFutex(word, 0, false));
            Loomlet.sleep(2);
            assertThat(first.isDone()).isFalse();

            // when
            int woken = waits.wakeFutex(word, 1, false);

            // then
            assertThat(woken).isEqualTo(1);
            while (!first.isDone() && !second.isDone()) {
              Loomlet.sleep(1);
            }
            assertThat(first.isDone() && second.isDone()).isFalse();
            assertThat(waits.wakeFutex(word, 10, false)).isEqualTo(1);
            assertThat(first.get()).isTrue();
            assertThat(second.get()).isTrue();
          });
    }
  }

  @Test
  void doesNotWaitForAFutexThatHasChanged() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment word = arena.allocate(4, 4);
      Loomlet.run(options(), () -> assertThat(futexes().awaitFutex(word, 1, true)).isFalse());
    }
  }

  @Test
  void isWokenByAnotherLoopAndNotAnyMoreAfterItWasCancelled() throws Exception {
    try (Arena arena = Arena.ofShared();
        LoopGroup others = LoopGroup.start(1, options())) {
      MemorySegment word = arena.allocate(4, 4);
      Loomlet.run(
          options(),
          () -> {
            KernelWaits waits = futexes();
            Greenlet<Boolean> cancelled = spawn(() -> waits.awaitFutex(word, 0, true));
            Loomlet.sleep(2);
            cancelled.kill();
            assertThat(cancelled.isCancelled()).isTrue();
            Greenlet<Boolean> waiting = spawn(() -> waits.awaitFutex(word, 0, true));
            Loomlet.sleep(2);
            int woken =
                others
                    .next()
                    .call(() -> ((KernelWaits) Loop.current().engine()).wakeFutex(word, 10, true));
            assertThat(woken).isEqualTo(1);
            assertThat(waiting.get()).isTrue();
          });
    }
  }

  @Test
  void tellsHowAChildEnded() throws Exception {
    Loomlet.run(
        options(),
        () -> {
          KernelWaits waits = processes();
          int child = shellUnchecked("exit 7");
          assertThat(waits.awaitExit(child, false)).isEqualTo(7);
          assertThat(waits.awaitExit(child, true)).isEqualTo(7);
          assertThatThrownBy(() -> waits.awaitExit(child, true))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("process " + child);
          assertThat(waits.awaitExit(shellUnchecked("kill -9 $$"), true)).isEqualTo(137);
        });
  }

  @Test
  void canBeCancelledWhileItWaitsForAChild() throws Exception {
    Loomlet.run(
        options(),
        () -> {
          // given
          KernelWaits waits = processes();
          int child = shellUnchecked("exec sleep 100");
          Greenlet<Integer> waiting = spawn(() -> waits.awaitExit(child, true));
          Loomlet.sleep(2);

          // when
          waiting.kill();

          // then
          assertThat(waiting.isCancelled()).isTrue();
          ProcessHandle.of(child).orElseThrow().destroyForcibly();
          assertThat(waits.awaitExit(child, true)).isEqualTo(137);
        });
  }
}
