package dev.loomlet.engine;

import dev.loomlet.jdk.MemoryHold;
import dev.loomlet.linux.FileCalls;
import dev.loomlet.linux.RingOpcode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * Little reads of files that a loop's greenlets give to the kernel together ({@link UringBatch}).
 *
 * <p>They ask for what is in the page cache and refuse to wait for the disk (RWF_NOWAIT), so that
 * each is over with the system call. Until then the caller's memory is held. Where that cannot be
 * done, and for arrays, the kernel reads into a room of the loop's, of which there are few.
 */
final class UringReads {
  /** Longer reads take much longer than a system call, and many of them would hold up the loop. */
  private static final int MOST = 16 * 1024;

  private static final int MOST_ROOMS = 64;

  private final UringEngine engine;
  private final UringBatch batch;
  private final ArrayDeque<MemorySegment> rooms = new ArrayDeque<>();

  /** How many rooms there are, free or not. */
  private int roomCount;

  UringReads(UringEngine engine) {
    this.engine = engine;
    this.batch = new UringBatch(engine);
  }

  /** Whether a read should be given to the kernel here. */
  boolean takes(MemorySegment target, int length) {
    if (length > MOST || (!isDirect(target) && rooms.isEmpty() && roomCount == MOST_ROOMS)) {
      return false;
    }
    return !batch.isEmpty() || (engine.context.readyCount() > 0 && batch.takesOccasion());
  }

  private static boolean isDirect(MemorySegment target) {
    return target.isNative() && MemoryHold.isPossible();
  }

  /**
   * Reads what is in the page cache at the end of the turn, and waits for that, deaf to
   * cancellation. Whoever closes the file calls {@link #finish} before.
   *
   * @param length must be {@linkplain #takes taken} with the target
   * @return as {@link FileCalls#readNow}
   */
  int read(int fd, MemorySegment target, long offset, int length, long position) {
    if (!isDirect(target)) {
      return readByRoom(fd, target, offset, length, position);
    }
    MemoryHold.hold(target);
    try {
      return readTo(fd, target, target.address() + offset, length, position);
    } finally {
      MemoryHold.letGo(target);
    }
  }

  private int readByRoom(int fd, MemorySegment target, long offset, int length, long position) {
    MemorySegment room = rooms.poll();
    if (room == null) {
      room = Arena.ofAuto().allocate(MOST, Long.BYTES);
      roomCount++;
    }
    int n = readTo(fd, room, room.address(), length, position);
    if (n > 0) {
      MemorySegment.copy(room, 0, target, offset, n);
    }
    rooms.push(room);
    return n;
  }

  private int readTo(int fd, MemorySegment memory, long address, int length, long position) {
    UringCall call = batch.begin(RingOpcode.READ, fd, address, length, memory);
    engine.ring.offset(position, FileCalls.RWF_NOWAIT);
    return batch.await(call);
  }

  /** Has the kernel do at once what was given to it. */
  void finish() {
    batch.finish();
  }
}
