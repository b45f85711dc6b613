package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.RingOpcode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/** Waits for futexes and processes by a ring. */
final class UringWaits {
  private static final int FUTEX2_SIZE_U32 = 2;
  private static final int FUTEX2_PRIVATE = 128;
  private static final long EVERYBODY = 0xffff_ffffL;

  private static final int P_PID = 1;
  private static final int WEXITED = 4;
  private static final int WNOWAIT = 0x0100_0000;
  private static final int CLD_EXITED = 1;
  private static final int SIGNAL_BASE = 128;

  /** {@code siginfo_t}, and where in it lies what. */
  private static final int INFO_SIZE = 128;

  private static final int INFO_CODE = 8;
  private static final int INFO_STATUS = 24;

  private UringWaits() {}

  static boolean awaitFutex(UringEngine engine, MemorySegment word, int expected, boolean shared)
      throws IOException {
    checkFutex(engine, word);
    engine.context.checkCancelled();
    UringCall call = engine.prepareCall(RingOpcode.FUTEX_WAIT, flags(shared), word.address(), 0);
    engine.ring.offset(Integer.toUnsignedLong(expected), 0);
    engine.ring.address3(EVERYBODY);
    int result;
    try {
      result = call.await();
    } finally {
      Reference.reachabilityFence(word);
    }
    if (result < 0 && result != -Errno.EAGAIN) {
      throw new IOException("cannot wait for a futex: " + Errno.text(-result));
    }
    return result == 0;
  }

  static int wakeFutex(UringEngine engine, MemorySegment word, int count, boolean shared)
      throws IOException {
    checkFutex(engine, word);
    engine.context.checkCancelled();
    UringCall call = engine.prepareCall(RingOpcode.FUTEX_WAKE, flags(shared), word.address(), 0);
    engine.ring.offset(count, 0);
    engine.ring.address3(EVERYBODY);
    int result;
    try {
      result = call.awaitEnd("the waking of a futex");
    } finally {
      Reference.reachabilityFence(word);
    }
    if (result < 0) {
      throw new IOException("cannot wake a futex: " + Errno.text(-result));
    }
    return result;
  }

  private static int flags(boolean shared) {
    return FUTEX2_SIZE_U32 | (shared ? 0 : FUTEX2_PRIVATE);
  }

  private static void checkFutex(UringEngine engine, MemorySegment word) {
    require(engine, RingOpcode.FUTEX_WAIT);
    if (!word.isNative() || word.byteSize() < 4 || (word.address() & 3) != 0) {
      throw new IllegalArgumentException(
          "a futex is four bytes outside of the Java heap, aligned to four");
    }
  }

  static int awaitExit(UringEngine engine, int pid, boolean reap) throws IOException {
    require(engine, RingOpcode.WAITID);
    engine.context.checkCancelled();
    MemorySegment info = Arena.ofAuto().allocate(INFO_SIZE, 8);
    int result = prepareWait(engine, pid, info, WEXITED | WNOWAIT).await();
    if (result >= 0 && reap) {
      // Not before it is certain that the caller is told.
      result = prepareWait(engine, pid, info, WEXITED).awaitEnd("the end of process " + pid);
    }
    int code = info.get(ValueLayout.JAVA_INT, INFO_CODE);
    int status = info.get(ValueLayout.JAVA_INT, INFO_STATUS);
    if (result < 0) {
      throw new IOException("cannot wait for process " + pid + ": " + Errno.text(-result));
    }
    return code == CLD_EXITED ? status : SIGNAL_BASE + status;
  }

  private static UringCall prepareWait(
      UringEngine engine, int pid, MemorySegment info, int options) {
    UringCall call = engine.prepareCall(RingOpcode.WAITID, pid, 0, P_PID);
    engine.ring.offset(info.address(), 0);
    engine.ring.buffers(0, options);
    return call;
  }

  private static void require(UringEngine engine, int opcode) {
    if (!engine.ring.supports(opcode)) {
      throw new UnsupportedOperationException("this needs Linux 6.7 or later");
    }
  }
}
