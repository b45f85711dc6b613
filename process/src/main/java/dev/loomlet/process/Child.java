package dev.loomlet.process;

import dev.loomlet.file.PipeReader;
import dev.loomlet.file.PipeWriter;
import dev.loomlet.io.Descriptors;
import dev.loomlet.linux.Errno;
import dev.loomlet.linux.ProcessCalls;
import dev.loomlet.linux.SystemCalls;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A child process as the kernel has it. Any thread.
 *
 * <p>Whoever first notices that it has ended asks the kernel how, once, and closes what belongs to
 * it. The pidfd stays open while somebody waits for it, since its number could be another file's
 * then.
 */
final class Child {
  /** An exit code that nobody knows, because somebody else has asked the kernel for it. */
  static final int UNKNOWN = 255;

  private static final int MOST_OF_AN_ERROR = 1024 * 1024;

  /** The JVM catches these, ends in an orderly way, and exits with 128 and the number. */
  private static final int SIGNAL_BASE = 128;

  private static final int SIGHUP = 1;
  private static final int SIGINT = 2;

  final int pid;
  final Wire wire;
  final @Nullable PipeWriter input;
  final @Nullable PipeReader output;
  final @Nullable PipeReader errors;
  private final int pidfd;
  private final int life;
  private final boolean ownReader;
  private final ProcessCalls calls = new ProcessCalls();
  private final ReentrantLock lock = new ReentrantLock();

  private int waiting;
  private boolean kept;
  private boolean pidfdClosed;
  private boolean wireClosed;
  private volatile int exitCode = ProcessCalls.ALIVE;
  private @Nullable Frame lastWords;

  Child(int pid, int pidfd, Wire wire, int life, boolean ownReader, ChildStreams streams) {
    this.pid = pid;
    this.pidfd = pidfd;
    this.wire = wire;
    this.life = life;
    this.ownReader = ownReader;
    this.input = streams.input();
    this.output = streams.output();
    this.errors = streams.errors();
  }

  /** Whether it has ended. Does not wait. */
  boolean hasEnded() {
    if (exitCode != ProcessCalls.ALIVE) {
      return true;
    }
    lock.lock();
    try {
      if (exitCode == ProcessCalls.ALIVE) {
        int status = calls.end(pidfd);
        if (status == ProcessCalls.ALIVE || status == -Errno.EINTR) {
          return false;
        }
        ended(status);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void ended(int status) {
    if (!ownReader) {
      try {
        Frame frame = wire.receiveNow(MOST_OF_AN_ERROR);
        lastWords = frame != null && frame.kind() == Frame.LAST_WORDS ? frame : null;
      } catch (IOException e) {
        lastWords = null; // killed in the middle of it
      }
      closeWire();
    }
    if (life >= 0) {
      SystemCalls.close(life);
    }
    closePidfdIfUnused(status);
    exitCode = codeOf(status);
  }

  private int codeOf(int status) {
    if (status < 0) {
      return UNKNOWN;
    }
    if (calls.endedBySignal()) {
      return -status;
    }
    int signal = status - SIGNAL_BASE;
    boolean caught = signal == SIGHUP || signal == SIGINT || signal == ProcessCalls.SIGTERM;
    return caught ? -signal : status;
  }

  private void closePidfdIfUnused(int status) {
    if (status != ProcessCalls.ALIVE && waiting == 0 && !kept && !pidfdClosed) {
      pidfdClosed = true;
      SystemCalls.close(pidfd);
    }
  }

  /** Closes the pipes. For who reads it; else they are closed at the end of the child. */
  void closeWire() {
    lock.lock();
    try {
      if (!wireClosed) {
        wireClosed = true;
        wire.close();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Its exit code; {@link ProcessCalls#ALIVE} before its end was noticed. */
  int exitCode() {
    return exitCode;
  }

  /** The error that ended it, if it said so. */
  @Nullable Frame lastWords() {
    return lastWords;
  }

  /**
   * Waits for its end.
   *
   * @param nanos {@link Waiter#FOREVER} for no limit; 0 or less to look only
   * @return whether it has ended
   */
  boolean await(long nanos) {
    TimeLimit limit = new TimeLimit(nanos);
    while (!hasEnded()) {
      long left = limit.left();
      if (left <= 0) {
        return false;
      }
      awaitReadable(left);
    }
    return true;
  }

  private void awaitReadable(long nanos) {
    lock.lock();
    try {
      if (exitCode != ProcessCalls.ALIVE) {
        return;
      }
      waiting++;
    } finally {
      lock.unlock();
    }
    try {
      if (ThreadWait.isForCaller()) {
        boolean _ = ThreadWait.readable(pidfd, nanos);
      } else if (nanos == Waiter.FOREVER) {
        Descriptors.waitReadable(pidfd);
      } else {
        Descriptors.waitReadable(pidfd, Duration.ofNanos(nanos));
      }
    } catch (SocketTimeoutException e) {
      // The caller looks at the time itself.
    } catch (IOException e) {
      throw new IllegalStateException("cannot wait for process " + pid, e);
    } finally {
      lock.lock();
      try {
        waiting--;
        closePidfdIfUnused(exitCode);
      } finally {
        lock.unlock();
      }
    }
  }

  /** As {@link #await}, blocking the thread: for when there are no loops any more. */
  boolean awaitBlocking(int timeoutMillis) {
    if (!hasEnded()) {
      new ProcessCalls().awaitReadable(pidfd, timeoutMillis);
    }
    return hasEnded();
  }

  /** Sends a signal, if it has not ended. */
  void signal(int signal) {
    lock.lock();
    try {
      if (exitCode == ProcessCalls.ALIVE) {
        calls.signal(pidfd, signal);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The pidfd, which from now on stays open until {@link #release}. */
  int sentinel() {
    lock.lock();
    try {
      if (pidfdClosed) {
        throw new IllegalStateException(
            "process " + pid + " has ended; ask for its sentinel before");
      }
      kept = true;
      return pidfd;
    } finally {
      lock.unlock();
    }
  }

  /** Gives up the sentinel. */
  void release() {
    lock.lock();
    try {
      kept = false;
      closePidfdIfUnused(exitCode);
    } finally {
      lock.unlock();
    }
  }
}
