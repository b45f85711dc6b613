package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Signals of one thread (signal(7)): descriptors that send them, and how to take them one after the
 * other instead of having a handler interrupted by them.
 */
public final class SignalCalls extends NativeCalls {
  /** Urgent data on a socket; ignored by a process that does not say otherwise. */
  public static final int SIGURG = 23;

  /** Some descriptor is ready, and nothing is known but that. */
  public static final int SIGIO = 29;

  private static final int SIG_BLOCK = 0;
  private static final int SIG_UNBLOCK = 1;
  private static final long SIG_DFL = 0;
  private static final long SIG_IGN = 1;
  private static final int SET_BYTES = 128;

  private static final int F_SETOWN = 8;
  private static final int F_SETSIG = 10;
  private static final int F_SETOWN_EX = 15;
  private static final int F_GETPIPE_SZ = 1032;
  private static final int F_OWNER_TID = 0;
  private static final long FIOASYNC = 0x5452;

  private static final int SFD_NONBLOCK_CLOEXEC = 0x80800;

  /** Where a {@code siginfo_t} says which signal it is. */
  private static final int NUMBER = 0;

  /** Where it says what happened, of a signal that a descriptor sent. */
  private static final int BAND = 16;

  /** Where it says to which descriptor. */
  private static final int DESCRIPTOR = 24;

  private static final MethodHandle GETTID = quick("gettid", JAVA_INT);
  private static final MethodHandle GETPID = quick("getpid", JAVA_INT);
  private static final MethodHandle TGKILL =
      bind(
          "tgkill",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.critical(false));
  private static final MethodHandle SIGNAL = quick("signal", JAVA_LONG, JAVA_INT, JAVA_LONG);
  private static final MethodHandle SIGMASK =
      quick("pthread_sigmask", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle TAKE =
      quick("sigtimedwait", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle AWAIT =
      blocking("sigtimedwait", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle SIGNALFD =
      quick("signalfd", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle FCNTL =
      bind(
          "fcntl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
          variadic(2),
          Linker.Option.critical(false),
          capture());
  private static final MethodHandle IOCTL =
      bind(
          "ioctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
          variadic(2),
          Linker.Option.critical(false),
          capture());

  /** The signals that are waited for. */
  private final MemorySegment signals = Arena.ofAuto().allocate(SET_BYTES, 8);

  /** What a thread had blocked before. */
  private final MemorySegment before = Arena.ofAuto().allocate(SET_BYTES, 8);

  private final MemorySegment info = Arena.ofAuto().allocate(128, 8);
  private final MemorySegment scratch = Arena.ofAuto().allocate(16, 8);

  /**
   * Creates the calls of one thread.
   *
   * @param numbers the signals that this object is about
   */
  public SignalCalls(int... numbers) {
    for (int each : numbers) {
      addTo(signals, each);
    }
  }

  private static void addTo(MemorySegment set, int signal) {
    long offset = (signal - 1) / 64 * 8L;
    set.set(JAVA_LONG, offset, set.get(JAVA_LONG, offset) | 1L << (signal - 1));
  }

  /** gettid(2). */
  public int currentThread() {
    try {
      return (int) GETTID.invokeExact(state);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** getpid(2). */
  public int currentProcess() {
    try {
      return (int) GETPID.invokeExact(state);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Sends a signal to one thread; tgkill(2). Any thread. */
  public static void send(int process, int thread, int signal) {
    try {
      // A failure means that the thread is gone.
      int _ = (int) TGKILL.invokeExact(process, thread, signal);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Has the process ignore a signal unless it does something else with it already. Where the signal
   * is blocked it waits to be taken all the same.
   */
  public void ignoreUnlessUsed(int signal) {
    try {
      long earlier = (long) SIGNAL.invokeExact(state, signal, SIG_IGN);
      if (earlier != SIG_DFL && earlier != SIG_IGN && earlier != -1) {
        long _ = (long) SIGNAL.invokeExact(state, signal, earlier);
      }
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Has the signals wait for this thread to take them; pthread_sigmask(3). */
  public void block() {
    mask(SIG_BLOCK, signals.address(), before.address());
  }

  /** Ends that, except for those that were blocked before. */
  public void unblock() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ours = arena.allocate(SET_BYTES, 8);
      for (long i = 0; i < SET_BYTES; i += 8) {
        ours.set(JAVA_LONG, i, signals.get(JAVA_LONG, i) & ~before.get(JAVA_LONG, i));
      }
      mask(SIG_UNBLOCK, ours.address(), 0);
    }
  }

  private void mask(int how, long set, long earlier) {
    try {
      int _ = (int) SIGMASK.invokeExact(state, how, set, earlier);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Takes one of the signals that wait for this thread; sigtimedwait(2).
   *
   * @param timeoutNanos 0 to look only, {@link Long#MAX_VALUE} for ever
   * @return its number, or a negative error: EAGAIN if there is none
   */
  public int take(long timeoutNanos) {
    long limit = 0;
    if (timeoutNanos != Long.MAX_VALUE) {
      scratch.set(JAVA_LONG, 0, timeoutNanos / 1_000_000_000);
      scratch.set(JAVA_LONG, 8, timeoutNanos % 1_000_000_000);
      limit = scratch.address();
    }
    try {
      return result(
          timeoutNanos == 0
              ? (int) TAKE.invokeExact(state, signals.address(), info.address(), limit)
              : (int) AWAIT.invokeExact(state, signals.address(), info.address(), limit));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Which signal was taken last. */
  public int number() {
    return info.get(JAVA_INT, NUMBER);
  }

  /** To which descriptor something happened, by the signal that was taken last. */
  public int descriptor() {
    return info.get(JAVA_INT, DESCRIPTOR);
  }

  /** What happened to it, of {@link PollEvents}. */
  public int events() {
    return (int) info.get(JAVA_LONG, BAND);
  }

  /** A descriptor that is readable for a thread while one of the signals waits for it. */
  public int signalDescriptor() {
    try {
      return result((int) SIGNALFD.invokeExact(state, -1, signals.address(), SFD_NONBLOCK_CLOEXEC));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Has a descriptor send a signal to one thread each time that it may have become ready.
   *
   * @return 0 or a negative error, ENOTTY for kinds of descriptors that cannot
   */
  public int sendFrom(int descriptor, int signal, int thread) {
    scratch.set(JAVA_INT, 0, F_OWNER_TID);
    scratch.set(JAVA_INT, 4, thread);
    int result = control(descriptor, F_SETOWN_EX, scratch.address());
    if (result >= 0) {
      result = control(descriptor, F_SETSIG, signal);
    }
    return result < 0 ? result : setAsync(descriptor);
  }

  /** Sets O_ASYNC and no other flag, which takes a second call by fcntl(2). */
  private int setAsync(int descriptor) {
    scratch.set(JAVA_INT, 0, 1);
    try {
      return result((int) IOCTL.invokeExact(state, descriptor, FIOASYNC, scratch.address()));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Ends what {@link #sendFrom} began, also for other descriptors of the same open file. */
  public void sendNoMore(int descriptor) {
    control(descriptor, F_SETOWN, 0);
  }

  /** Whether a descriptor is one of a pipe or FIFO. */
  public boolean isPipe(int descriptor) {
    return control(descriptor, F_GETPIPE_SZ, 0) > 0;
  }

  private int control(int descriptor, int command, long argument) {
    try {
      return result((int) FCNTL.invokeExact(state, descriptor, command, argument));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }
}
