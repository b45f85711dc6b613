package dev.loomlet.engine;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Operations that do not wait, given to the kernel together: one {@code io_uring_enter} for those
 * of many greenlets.
 *
 * <p>Each is over when that system call is. Its greenlet does not go on before, whatever else ends
 * its wait, so the kernel works in the operation's memory only during that call, and an error
 * belongs to the operation that met it.
 *
 * <p>To give one's turn to others pays only if they come with an operation, too. Where nobody does,
 * each is alone in its system call; after that fewer and fewer are tried.
 */
final class UringBatch {
  /** How many occasions are passed over at most after operations that were alone. */
  private static final int MOST_PASSED = 63;

  private final UringEngine engine;
  private final ArrayDeque<UringCall> idle = new ArrayDeque<>();

  /** Operations whose greenlets have not gone on yet. */
  private int underWay;

  /** Whether there have been two of them at the same time since there was none. */
  private boolean accompanied;

  private int toPass;
  private int lastPassed;

  UringBatch(UringEngine engine) {
    this.engine = engine;
  }

  /** Whether no greenlet is waiting here. */
  boolean isEmpty() {
    return underWay == 0;
  }

  /** Whether occasions are passed over at present. */
  boolean isPassing() {
    return toPass > 0;
  }

  /** Counts an occasion to begin a batch; whether to take it. */
  boolean takesOccasion() {
    if (toPass == 0) {
      return true;
    }
    toPass--;
    return false;
  }

  /**
   * Begins an operation. The caller completes the submission and then waits by {@link #await}.
   *
   * @param memory what must stay reachable until the kernel has done it
   */
  UringCall begin(int opcode, int fd, long address, int length, @Nullable Object memory) {
    UringCall known = idle.poll();
    UringCall call = known == null ? new UringCall(engine) : known;
    call.memory = memory;
    engine.prepareCall(call, opcode, fd, address, length);
    accompanied |= underWay > 0;
    underWay++;
    return call;
  }

  /** Waits until it is over, deaf to cancellation; returns its result. */
  int await(UringCall call) {
    int result;
    try {
      result = call.awaitBriefly();
    } finally {
      underWay--;
      if (underWay == 0) {
        judge();
      }
    }
    idle.push(call);
    return result;
  }

  /** None is left: whether it was worth it. */
  private void judge() {
    lastPassed = accompanied ? 0 : Math.min(MOST_PASSED, 2 * lastPassed + 1);
    toPass = lastPassed;
    accompanied = false;
  }

  /** Has the kernel do at once what was given to it. */
  void finish() {
    if (underWay > 0 && engine.ring.hasWork()) {
      engine.enterNow();
    }
  }
}
