package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An eventfd by which other threads end a loop's wait in the kernel (eventfd(2)). It becomes
 * readable with each signal; whoever watches it level-triggered has to {@link #clear} it.
 */
final class WakeUpDescriptor implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final int CLOSED_TO_WAKERS = Integer.MIN_VALUE / 2;

  private final int fd;
  private final Cleaner.Cleanable cleanable;

  /**
   * Threads that are in {@link #signal}; far below zero once this is closed. Without it a late
   * signal could be written into whatever file was given the number of the closed eventfd.
   */
  private final AtomicInteger wakers = new AtomicInteger();

  /** Frees the descriptor, also when a thread dies without closing its hub. */
  private record Descriptor(int fd) implements Runnable {
    @Override
    public void run() {
      SystemCalls.close(fd);
    }
  }

  /**
   * Makes one.
   *
   * @param engine for the message
   * @throws DescriptorsExhaustedException if there is no descriptor left
   */
  WakeUpDescriptor(SystemCalls calls, String engine) throws IOException {
    this.fd = required(engine, "eventfd", calls.eventfd());
    this.cleanable = CLEANER.register(this, new Descriptor(fd));
  }

  /**
   * Has a descriptor that is not one of a socket closed with an object, or when it is unreachable.
   */
  static Cleaner.Cleanable closeWith(Object owner, int fd) {
    return CLEANER.register(owner, new Descriptor(fd));
  }

  /**
   * Checks a call without which an engine cannot start.
   *
   * @return the result
   */
  static int required(String engine, String call, int result) throws IOException {
    if (result == -Errno.EMFILE || result == -Errno.ENFILE) {
      throw new DescriptorsExhaustedException("cannot start the engine " + engine);
    }
    if (result < 0) {
      throw new IOException(
          "cannot start the engine " + engine + ": " + call + ": " + Errno.text(-result));
    }
    return result;
  }

  int fd() {
    return fd;
  }

  /** Makes it readable. Any thread, also after {@link #close}. */
  void signal() {
    if (wakers.incrementAndGet() > 0) {
      SystemCalls.signal(fd);
    }
    wakers.decrementAndGet();
  }

  /** Makes it unreadable again. */
  void clear(SystemCalls calls) {
    calls.clearSignal(fd);
  }

  @Override
  public void close() {
    wakers.addAndGet(CLOSED_TO_WAKERS);
    while (wakers.get() > CLOSED_TO_WAKERS) {
      Thread.onSpinWait();
    }
    cleanable.clean();
  }
}
