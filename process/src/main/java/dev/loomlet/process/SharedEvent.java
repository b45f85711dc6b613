package dev.loomlet.process;

import dev.loomlet.Cancelled;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.time.Duration;

/**
 * A flag for processes to wait for: Python's {@code multiprocessing.Event}. Capture it in the
 * lambda of a child or of a task, and both have the same one.
 *
 * <p>{@link #set()} wakes everyone who waits at that moment, even if {@link #clear()} follows
 * before the first of them has run. Waiting lets the loop go on. It does not matter to others who
 * dies.
 */
public final class SharedEvent extends SharedWords {
  private static final long serialVersionUID = 1;

  /** Whether it is set, in the lowest bit; above it, how often it was set. */
  private static final int STATE = 0;

  private static final int WAKE = 8;
  private static final int SET = 1;

  private transient WakeWord wake;

  private SharedEvent(SharedMemory memory) {
    super(memory, 0, LINE);
    this.wake = new WakeWord(words(), WAKE);
  }

  /**
   * Creates one that is not set.
   *
   * @throws IOException if there is no shared memory left
   */
  public static SharedEvent create() throws IOException {
    return new SharedEvent(SharedMemory.create(LINE));
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    requireSize(LINE);
    wake = new WakeWord(words(), WAKE);
  }

  /** Whether it is set. */
  public boolean isSet() {
    return (words().getInt(STATE) & SET) != 0;
  }

  /** Sets it and wakes everyone who waits. Does nothing if it is set. Does not wait. */
  public void set() {
    while (true) {
      int state = words().getInt(STATE);
      if ((state & SET) != 0) {
        return;
      }
      if (words().compareAndSetInt(STATE, state, state + 2 | SET)) {
        wake.wakeAll();
        return;
      }
    }
  }

  /** Takes it back: from now on it has to be waited for. Does not wait. */
  public void clear() {
    while (true) {
      int state = words().getInt(STATE);
      if (words().compareAndSetInt(STATE, state, state & ~SET)) {
        return;
      }
    }
  }

  /**
   * Waits until it is set. Returns at once if it is.
   *
   * @throws Cancelled if the caller is cancelled or interrupted
   */
  public void await() {
    await(Waiter.FOREVER);
  }

  /**
   * Waits until it is set, for a limited time.
   *
   * @param timeout 0 or less to look only
   * @return whether it was set; false if the time is over
   * @throws Cancelled if the caller is cancelled or interrupted
   */
  public boolean await(Duration timeout) {
    return await(TimeLimit.toNanos(timeout));
  }

  private boolean await(long nanos) {
    Task.checkpoint();
    int before = words().getInt(STATE);
    if ((before & SET) != 0 || nanos <= 0) {
      return (before & SET) != 0;
    }
    TimeLimit limit = new TimeLimit(nanos);
    while (!wasSetSince(before)) {
      if (!wake.await(() -> wasSetSince(before), limit.left())) {
        return false;
      }
    }
    return true;
  }

  private boolean wasSetSince(int before) {
    // A clear() alone changes nothing here: it was not set.
    return words().getInt(STATE) != before;
  }

  @Override
  public String toString() {
    return "SharedEvent[" + (isSet() ? "set]" : "not set]");
  }
}
