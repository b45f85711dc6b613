package dev.loomlet.engine;

import dev.loomlet.jdk.ThreadParking;
import dev.loomlet.linux.Errno;
import dev.loomlet.linux.PollEvents;
import dev.loomlet.wait.Task;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A descriptor that the JDK owns, closes, and does the operations on. */
final class JdkDescriptor extends LinuxDescriptor {
  /** Tells its owner from an earlier one of the same number. */
  final int generationOfNumber;

  private final boolean kept;

  /**
   * Whether the last read has emptied the socket and nothing has happened since, so that another
   * one would be in vain. Only where each event is heard of, whoever waits.
   */
  private boolean drained;

  /** For an engine that has the kernel send; null until it has. */
  @Nullable UringSend sending;

  private @Nullable Thread reading;
  private @Nullable Thread writing;
  private @Nullable WakeTimer readingTimer;
  private @Nullable WakeTimer writingTimer;

  JdkDescriptor(LinuxEngine engine, int fd, int generationOfNumber, boolean kept) {
    super(engine, fd, 0);
    this.generationOfNumber = generationOfNumber;
    this.kept = kept;
  }

  /** Whether it stays registered between two waits. */
  boolean isKept() {
    return kept;
  }

  /** Whether somebody waits for it. */
  boolean isInUse() {
    return reading != null || writing != null;
  }

  /** Forgets what an engine takes for granted that does not know what was before. */
  void startAfresh() {
    if (state != 0) {
      state = 0;
      happened(calls.pollNow(fd, PollEvents.POLLIN | PollEvents.POLLOUT));
    }
  }

  /** Draws the conclusion from a read of a length, or its error. */
  void received(int n, int length) {
    if (n > 0 && n < length) {
      // The next event says when there is more (epoll(7), questions), unless something ends.
      state &= ~READABLE;
      drained = kept && (state & ENDING) == 0;
    } else if (n == -Errno.EAGAIN) {
      state &= ~READABLE;
    }
  }

  /** Draws the conclusion from a write of a length, or its error. */
  void sent(int n, int length) {
    if (n < length && (n >= 0 || n == -Errno.EAGAIN)) {
      state &= ~WRITABLE;
    }
  }

  @Override
  void sent(int result) {
    UringSend known = sending;
    if (known != null) {
      known.ended(result);
    }
  }

  /** Whether a read would be in vain, as far as is known. */
  boolean isDrained() {
    return drained;
  }

  /** See {@link JdkDescriptors#await}. */
  boolean await(int readiness, long nanos, BooleanSupplier open) {
    boolean read = readiness == READABLE;
    // For whatever reason the wait ends: the owner tries again and then knows.
    drained &= !read;
    if ((read ? reading : writing) != null) {
      return false;
    }
    if ((state & readiness) != 0) {
      // It happened while nobody waited, perhaps after the last try.
      state &= ~readiness;
      return true;
    }
    Thread self = Thread.currentThread();
    WakeTimer timer = null;
    setWaiter(read, self);
    try {
      if (nanos > 0) {
        timer = timer(read);
        timer.start(self, context.clock().nanoTime() + nanos);
      }
      arm(readiness);
      return !open.getAsBoolean() || park(self);
    } finally {
      setWaiter(read, null);
      state &= ~readiness;
      if (timer != null) {
        timer.stop();
      }
    }
  }

  private boolean park(Thread self) {
    Task task = Task.of(self);
    if (task == null) {
      return ThreadParking.park(self, this);
    }
    // Input and output end by themselves, as far as one can know.
    task.beginWait(true);
    boolean parked = task.needsAttention() || ThreadParking.park(self, this);
    task.endWaitAtCheckpoint();
    return parked;
  }

  private void setWaiter(boolean read, @Nullable Thread waiter) {
    if (read) {
      reading = waiter;
    } else {
      writing = waiter;
    }
  }

  private WakeTimer timer(boolean read) {
    WakeTimer timer = read ? readingTimer : writingTimer;
    if (timer == null) {
      timer = new WakeTimer(context);
      if (read) {
        readingTimer = timer;
      } else {
        writingTimer = timer;
      }
    }
    return timer;
  }

  @Override
  void arm(int readiness) {
    if (!kept) {
      super.arm(readiness);
    }
  }

  @Override
  void becameReady(int readiness) {
    drained &= (readiness & READABLE) == 0;
    wake(readiness);
  }

  /** Ends a wait. */
  void wake(int readiness) {
    Thread waiting = reading;
    if (waiting != null && (readiness & READABLE) != 0) {
      context.unpark(waiting);
    }
    waiting = writing;
    if (waiting != null && (readiness & WRITABLE) != 0) {
      context.unpark(waiting);
    }
  }

  @Override
  void closeDescriptor() {
    // That is its owner's business.
  }

  /** Its number may be another one's by now, and that must be left alone. */
  @Override
  boolean outlivesClose() {
    return JdkDescriptors.generationOf(fd) == generationOfNumber;
  }

  @Override
  String describe() {
    return "descriptor " + fd;
  }

  @Override
  public String toString() {
    return describe();
  }
}
