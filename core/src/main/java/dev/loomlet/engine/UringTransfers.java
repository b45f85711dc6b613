package dev.loomlet.engine;

import dev.loomlet.jdk.ThreadParking;
import dev.loomlet.linux.RingOpcode;
import dev.loomlet.linux.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes of channels of the JDK that are waited for by a selector only, given to the
 * kernel together: one {@code io_uring_enter} for those of many greenlets.
 *
 * <p>None of them waits for the channel to be ready, so each is over when that system call is. Its
 * greenlet does not go on before, whatever else ends its wait: a read goes into the caller's
 * memory, and an error belongs to the operation that met it.
 *
 * <p>To give one's turn to others pays only if they come with something to read or write, too. For
 * reads a selector's number of ready channels says so, and that somebody is ready to deal with the
 * next one. Where nobody does, because the greenlet that selects also reads, the first read is
 * alone in its system call; after that fewer and fewer are tried.
 *
 * <p>Servers clear a key's interest when it is selected and set it again when they are done. If
 * they are done before the next select, the kernel need not hear of it. So whoever selects first
 * lets those finish that have begun: {@link #settle}.
 */
final class UringTransfers {
  /** How often others get a turn before a select at most: one to read, one to write, and spare. */
  private static final int MOST_TURNS = 4;

  /** How many selects are passed over at most after reads that were alone. */
  private static final int MOST_PASSED = 63;

  private final UringEngine engine;
  private final UringSends sends;
  private final ArrayDeque<UringCall> idle = new ArrayDeque<>();

  /** How many channels are known to be ready, and have not been read since. */
  private int expected;

  /** Operations whose greenlets have not gone on yet. */
  private int underWay;

  /** Whether there have been two of them at the same time since there was none. */
  private boolean accompanied;

  private int toPass;
  private int lastPassed;

  UringTransfers(UringEngine engine, UringSends sends) {
    this.engine = engine;
    this.sends = sends;
  }

  /** A selector has found so many channels ready. */
  void selected(int count) {
    if (toPass > 0) {
      toPass--;
      expected = 0;
    } else {
      expected = count;
    }
  }

  /** Whether the next read should be given to the kernel here. */
  boolean takesRead() {
    int ready = expected;
    expected = Math.max(0, ready - 1);
    return underWay > 0 || (ready > 1 && engine.context.readyCount() > 0);
  }

  /** Reads what is there; the result is that of recv(2), or a negative error. */
  int receive(int fd, long address, int length) {
    return transfer(RingOpcode.RECV, fd, address, length, SystemCalls.MSG_DONTWAIT);
  }

  /** Sends what there is room for; must be {@linkplain UringSends#puts taken} there. */
  int send(int fd, MemorySegment source, int length) {
    return sendPut(fd, sends.put(source, 0, length), length);
  }

  /** As the other one, from several places. */
  int sendPieces(int fd, MemorySegment pieces, int count, int length) {
    return sendPut(fd, sends.putPieces(pieces, count, length), length);
  }

  private int sendPut(int fd, long address, int length) {
    sends.begun();
    try {
      return transfer(RingOpcode.SEND, fd, address, length, UringSends.FLAGS);
    } finally {
      sends.ended();
    }
  }

  private int transfer(int opcode, int fd, long address, int length, int flags) {
    UringCall call = idleCall();
    engine.prepareCall(call, opcode, fd, address, length);
    engine.ring.operationFlags(flags);
    accompanied |= underWay > 0;
    underWay++;
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

  private UringCall idleCall() {
    @Nullable UringCall known = idle.poll();
    return known == null ? new UringCall(engine) : known;
  }

  /** None is left: whether it was worth it. */
  private void judge() {
    if (accompanied) {
      lastPassed = 0;
    } else {
      lastPassed = Math.min(MOST_PASSED, 2 * lastPassed + 1);
      toPass = lastPassed;
      expected = 0;
    }
    accompanied = false;
  }

  /** Has the kernel do at once what was given to it. */
  void finish() {
    if (underWay > 0 && engine.ring.hasWork()) {
      engine.enterNow();
    }
  }

  /**
   * Before a select: lets those who deal with what was selected before go on, up to where they do
   * not wait for the kernel any more. In a virtual thread of the loop.
   *
   * @return whether others had a turn
   */
  boolean settle() {
    boolean waits = underWay > 0 || (expected > 0 && engine.context.readyCount() > 0);
    boolean others = false;
    for (int i = 0; waits && i < MOST_TURNS; i++) {
      finish();
      if (!ThreadParking.canLeave(Thread.currentThread())) {
        break;
      }
      others = true;
      waits = underWay > 0;
    }
    expected = 0;
    return others;
  }
}
