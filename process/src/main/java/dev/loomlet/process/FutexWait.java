package dev.loomlet.process;

import dev.loomlet.CancelScope;
import dev.loomlet.Loop;
import dev.loomlet.engine.KernelWaits;
import dev.loomlet.linux.FutexCalls;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Task;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * Waits for a word of shared memory without stopping the loop: the kernel waits where the engine
 * can have it so, else a helper thread does. A platform thread that has no loop waits itself. Both
 * do it in slices, so that a cancelled greenlet, or a thread that is interrupted, is not held up.
 */
final class FutexWait {
  private static final ThreadLocal<FutexCalls> CALLS = ThreadLocal.withInitial(FutexCalls::new);

  private FutexWait() {}

  /**
   * Waits until somebody wakes, the word is not as expected, or some time has passed. May end
   * earlier: the caller looks again.
   *
   * @param nanos more than 0
   */
  static void await(MemorySegment word, int expected, long nanos) {
    if (ThreadWait.isForCaller()) {
      Task.checkpoint();
      block(word, expected, nanos);
    } else {
      awaitOnLoop(word, expected, nanos);
    }
    Task.checkpoint();
  }

  private static void block(MemorySegment word, int expected, long nanos) {
    CALLS.get().await(word, expected, Math.min(nanos, ThreadWait.SLICE_NANOS));
  }

  private static void awaitOnLoop(MemorySegment word, int expected, long nanos) {
    Loop loop = Loop.current();
    try {
      OnLoop.call(
          loop,
          () -> {
            if (loop.engine() instanceof KernelWaits kernel && kernel.waitsForFutexes()) {
              awaitByKernel(kernel, word, expected, nanos);
            } else {
              loop.engine()
                  .files()
                  .call(
                      () -> {
                        block(word, expected, nanos);
                        return null;
                      });
            }
            return null;
          });
    } catch (IOException e) {
      // As it is: it may be what somebody has killed the greenlet with.
      TwoLevelLock.throwAsItIs(e);
    }
  }

  private static void awaitByKernel(
      KernelWaits kernel, MemorySegment word, int expected, long nanos) throws IOException {
    try {
      new CancelScope()
          .withDeadline(Duration.ofNanos(nanos))
          .run(() -> kernel.awaitFutex(word, expected, true));
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
