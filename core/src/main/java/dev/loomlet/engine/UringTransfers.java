package dev.loomlet.engine;

import dev.loomlet.jdk.ThreadParking;
import dev.loomlet.linux.RingOpcode;
import dev.loomlet.linux.SystemCalls;
import java.lang.foreign.MemorySegment;

/**
 * Reads and writes of channels of the JDK that are waited for by a selector only, given to the
 * kernel together ({@link UringBatch}): none of them waits for the channel to be ready.
 *
 * <p>That others come with something to read, too, a selector's number of ready channels says, and
 * that somebody is ready to deal with the next one. Where the greenlet that selects also reads,
 * nobody does.
 *
 * <p>Servers clear a key's interest when it is selected and set it again when they are done. If
 * they are done before the next select, the kernel need not hear of it. So whoever selects first
 * lets those finish that have begun: {@link #settle}.
 */
final class UringTransfers {
  /** How often others get a turn before a select at most: one to read, one to write, and spare. */
  private static final int MOST_TURNS = 4;

  private final UringEngine engine;
  private final UringSends sends;
  private final UringBatch batch;

  /** How many channels are known to be ready, and have not been read since. */
  private int expected;

  UringTransfers(UringEngine engine, UringSends sends) {
    this.engine = engine;
    this.sends = sends;
    this.batch = new UringBatch(engine);
  }

  /** A selector has found so many channels ready. */
  void selected(int count) {
    expected = batch.takesOccasion() ? count : 0;
  }

  /** Whether the next read should be given to the kernel here. */
  boolean takesRead() {
    int ready = expected;
    expected = Math.max(0, ready - 1);
    return !batch.isEmpty() || (ready > 1 && engine.context.readyCount() > 0);
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
    // The memory is the JDK's, or a chunk of the loop.
    UringCall call = batch.begin(opcode, fd, address, length, null);
    engine.ring.operationFlags(flags);
    int result = batch.await(call);
    if (batch.isPassing()) {
      expected = 0;
    }
    return result;
  }

  /** Has the kernel do at once what was given to it. */
  void finish() {
    batch.finish();
  }

  /**
   * Before a select: lets those who deal with what was selected before go on, up to where they do
   * not wait for the kernel any more. In a virtual thread of the loop.
   *
   * @return whether others had a turn
   */
  boolean settle() {
    boolean waits = !batch.isEmpty() || (expected > 0 && engine.context.readyCount() > 0);
    boolean others = false;
    for (int i = 0; waits && i < MOST_TURNS; i++) {
      finish();
      if (!ThreadParking.canLeave(Thread.currentThread())) {
        break;
      }
      others = true;
      waits = !batch.isEmpty();
    }
    expected = 0;
    return others;
  }
}
