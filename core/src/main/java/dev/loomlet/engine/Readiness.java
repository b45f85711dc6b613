package dev.loomlet.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What a readiness engine knows about one descriptor, and who waits for it.
 *
 * <p>An operation tries the system call while the descriptor is believed ready; when the kernel
 * says that it would block, the belief is cleared and the greenlet waits in one of two slots, one
 * for reading and one for writing. The loop's poll sets the belief and makes the waiter ready; the
 * waiter tries again. A time-out, a close and readiness may come in the same turn of the loop:
 * whoever wakes looks at closed first, then ready, then expired, so that exactly one of them
 * happens and no byte is lost to a time-out.
 */
abstract class Readiness implements Watchable {
  static final int READABLE = 1;
  static final int WRITABLE = 2;
  static final int CLOSED = 4;

  /** The peer has finished or something is wrong: a short read does not mean "drained". */
  static final int ENDING = 8;

  /** Operations without a wait after which a greenlet makes room for the others. */
  private static final int OPERATIONS_BEFORE_YIELD = 64;

  final EngineContext context;
  private final Progress progress;

  int state;
  private @Nullable Thread reader;
  private @Nullable Thread writer;

  /** Has the place of the reader without being a greenlet that reads. */
  private @Nullable Runnable watcher;

  /** A selector that it is registered with. */
  private @Nullable Runnable observer;

  private @Nullable WakeTimer readTimer;
  private @Nullable WakeTimer writeTimer;

  /**
   * The deadline of an operation that was over when it was ready to try once more; 0 if none was. A
   * belief that proves wrong each time must not put off a time-out for ever.
   */
  private long lastTry;

  /** How many operations in a row did not wait; one counter for all descriptors of an engine. */
  static final class Progress {
    private int operations;

    /** Counts an operation; whether its greenlet should make room for the others first. */
    boolean isDue() {
      if (++operations <= OPERATIONS_BEFORE_YIELD) {
        return false;
      }
      operations = 0;
      return true;
    }

    /** An operation waits. */
    void reset() {
      operations = 0;
    }
  }

  Readiness(EngineContext context, Progress progress, int state) {
    this.context = context;
    this.progress = progress;
    this.state = state;
  }

  /**
   * Called when somebody begins to wait, for engines that must tell the kernel each time.
   *
   * @throws UncheckedIOException if it cannot be waited for
   */
  void arm(int readiness) {}

  private void beginWait(int readiness) throws IOException {
    try {
      arm(readiness);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Has the kernel say anew what it is ready for, and hears it. */
  abstract void askKernel();

  /** The same about writing. */
  void askWritable() {}

  /** What this is, for messages. */
  abstract String describe();

  /** The loop's poll found something. */
  final void ready(int readiness) {
    state |= readiness;
    Thread waiting = reader;
    if (waiting != null && (readiness & READABLE) != 0) {
      context.unpark(waiting);
    }
    if ((readiness & READABLE) != 0) {
      tellWatcher();
    }
    waiting = writer;
    if (waiting != null && (readiness & WRITABLE) != 0) {
      context.unpark(waiting);
    }
    tellObserver();
    becameReady(readiness);
  }

  /** Called after {@link #ready}, for those who wait in another way. */
  void becameReady(int readiness) {}

  private void tellObserver() {
    Runnable observing = observer;
    if (observing != null) {
      observing.run();
    }
  }

  @Override
  public int readyFor(int interest) throws IOException {
    if (!isOpen()) {
      return interest;
    }
    // What is known is a belief that an operation would put to the test.
    state &= ~interest;
    if ((interest & READABLE) != 0) {
      askKernel();
    }
    if ((interest & WRITABLE) != 0) {
      askWritable();
    }
    int missing = interest & ~state;
    if (missing != 0 && observer != null) {
      armEach(missing);
    }
    return interest & state;
  }

  private void armEach(int missing) throws IOException {
    if ((missing & READABLE) != 0) {
      beginWait(READABLE);
    }
    if ((missing & WRITABLE) != 0) {
      beginWait(WRITABLE);
    }
  }

  @Override
  public final void observe(@Nullable Runnable newObserver) {
    if (newObserver != null && observer != null) {
      throw new ResourceBusyException(
          describe() + " is registered with another selector; one at a time");
    }
    observer = newObserver;
  }

  final void beginRead() throws SocketException {
    begin();
    refuseSecondReader();
  }

  private void refuseSecondReader() {
    if (reader != null) {
      throw busy(reader, "waits to read from ");
    }
    if (watcher != null) {
      throw new ResourceBusyException(
          "a select waits for " + describe() + " to become readable; one at a time");
    }
  }

  /** Whether somebody wants to be told, who will believe it without trying. */
  final boolean isWatched() {
    return watcher != null;
  }

  private void tellWatcher() {
    Runnable watching = watcher;
    if (watching != null) {
      watching.run();
    }
  }

  /** See {@link ReadWatch#isReadable}. */
  public final boolean isReadable() {
    refuseSecondReader();
    if (isOpen()) {
      // That it is readable is a belief that a read would put to the test.
      state &= ~READABLE;
      askKernel();
    }
    return (state & (READABLE | CLOSED)) != 0;
  }

  /** See {@link ReadWatch#watchReadable}. */
  public final void watchReadable(Runnable whenReadable) throws IOException {
    refuseSecondReader();
    if ((state & (READABLE | CLOSED)) == 0) {
      beginWait(READABLE);
      watcher = whenReadable;
    } else {
      watcher = whenReadable;
      whenReadable.run();
    }
  }

  /** See {@link ReadWatch#unwatchReadable}. */
  public final void unwatchReadable() {
    watcher = null;
  }

  /** An operation waits, so that others have had their turn. */
  final void waits() {
    progress.reset();
  }

  final void beginWrite() throws SocketException {
    begin();
    if (writer != null) {
      throw busy(writer, "waits to write to ");
    }
  }

  /** Makes the calling greenlet the one writer, though it does not wait here. */
  final void takeWriter() {
    writer = Thread.currentThread();
  }

  /** Ends that. */
  final void releaseWriter() {
    writer = null;
  }

  /** Makes the calling greenlet the one reader, though it does not wait here. */
  final void takeReader() {
    reader = Thread.currentThread();
  }

  /** Ends that. */
  final void releaseReader() {
    reader = null;
  }

  /** Begins an operation that several greenlets may do at once. */
  final void begin() throws SocketException {
    context.checkCancelled();
    if ((state & CLOSED) != 0) {
      throw new SocketException(describe() + " is closed");
    }
    if (progress.isDue()) {
      context.yieldNow();
      if ((state & CLOSED) != 0) {
        throw closedWhileWaiting();
      }
    }
  }

  final ResourceBusyException busy(Thread other, String doing) {
    return ResourceBusyException.of(other, doing + describe());
  }

  final SocketException closedWhileWaiting() {
    return new SocketException(describe() + " was closed while an operation was waiting");
  }

  /**
   * The end of a time-out that begins now.
   *
   * @return never 0, which stands for "none"
   */
  final long deadline(long timeoutNanos) {
    return timeoutNanos == 0 ? 0 : context.clock().nanoTime() + timeoutNanos | 1;
  }

  final void awaitReadable(long deadline, long timeoutNanos, String doing) throws IOException {
    // Whoever has closed it while the operation was at something else has woken nobody.
    if ((state & CLOSED) != 0) {
      throw closedWhileWaiting();
    }
    Thread self = Thread.currentThread();
    WakeTimer timer = null;
    progress.reset();
    reader = self;
    try {
      if (deadline != 0) {
        if (deadline == lastTry) {
          throw timedOut(doing, timeoutNanos);
        }
        timer = readTimer;
        if (timer == null) {
          timer = new WakeTimer(context);
          readTimer = timer;
        }
        timer.start(self, deadline);
      }
      beginWait(READABLE);
      await(READABLE, timer, deadline, doing, timeoutNanos);
    } finally {
      reader = null;
      if (timer != null) {
        timer.stop();
      }
    }
  }

  final void awaitWritable(long deadline, long timeoutNanos, String doing) throws IOException {
    // Whoever has closed it while the operation was at something else has woken nobody.
    if ((state & CLOSED) != 0) {
      throw closedWhileWaiting();
    }
    Thread self = Thread.currentThread();
    WakeTimer timer = null;
    progress.reset();
    writer = self;
    try {
      if (deadline != 0) {
        if (deadline == lastTry) {
          throw timedOut(doing, timeoutNanos);
        }
        timer = writeTimer;
        if (timer == null) {
          timer = new WakeTimer(context);
          writeTimer = timer;
        }
        timer.start(self, deadline);
      }
      beginWait(WRITABLE);
      await(WRITABLE, timer, deadline, doing, timeoutNanos);
    } finally {
      writer = null;
      if (timer != null) {
        timer.stop();
      }
    }
  }

  private void await(
      int readiness, @Nullable WakeTimer timer, long deadline, String doing, long timeoutNanos)
      throws IOException {
    while (true) {
      context.park();
      if ((state & CLOSED) != 0) {
        throw closedWhileWaiting();
      }
      boolean expired = timer != null && timer.expired();
      if ((state & readiness) != 0) {
        if (expired) {
          lastTry = deadline;
        }
        return;
      }
      if (expired) {
        throw timedOut(doing, timeoutNanos);
      }
    }
  }

  private SocketTimeoutException timedOut(String doing, long timeoutNanos) {
    return new SocketTimeoutException(
        doing + " timed out after " + timeoutNanos / 1_000_000 + " ms: " + describe());
  }

  /**
   * Marks this closed and wakes whoever waits.
   *
   * @return false if it was closed before
   */
  final boolean markClosed() {
    if ((state & CLOSED) != 0) {
      return false;
    }
    state |= CLOSED;
    if (reader != null) {
      context.unpark(reader);
    }
    tellWatcher();
    if (writer != null) {
      context.unpark(writer);
    }
    tellObserver();
    return true;
  }

  /** Whether it was not closed yet. */
  @Override
  public final boolean isOpen() {
    return (state & CLOSED) == 0;
  }
}
