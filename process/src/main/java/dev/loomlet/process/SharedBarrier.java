package dev.loomlet.process;

import dev.loomlet.Cancelled;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.TimeoutException;

/**
 * A meeting point of processes: each party waits until all have arrived, then all go on, and it is
 * ready for the next meeting: Python's {@code multiprocessing.Barrier}. Capture it in the lambda of
 * a child or of a task, and both have the same one.
 *
 * <p>All or none: a party that is cancelled, runs out of time or whose process ends while it waits
 * breaks the barrier for the others, who get a {@code BrokenBarrierException}; after a death within
 * a second. So does everyone who comes later, until {@link #reset()}. A party that is cancelled
 * when the others are let through already has got through as well. Of a process that dies before it
 * arrives nobody knows that it is missing: have time limits.
 *
 * <p>Waiting lets the loop go on.
 */
public final class SharedBarrier extends SharedWords {
  private static final long serialVersionUID = 1;
  private static final int LOCK = 0;
  private static final int BROKEN = 16;
  private static final int ARRIVED = 20;
  private static final int MEETING = 24;

  /** For each of the last 64 meetings, whether it was broken: who was in it may look late. */
  private static final int OUTCOMES = 32;

  private static final int WAKE = 40;

  /** The processes of those who have arrived. */
  private static final int PARTIES = LINE;

  private static final int MOST = 1 << 16;

  private final int parties;
  private transient TwoLevelLock lock;
  private transient WakeWord wake;
  private transient long self;

  private SharedBarrier(SharedMemory memory, int parties) {
    super(memory, 0, sizeOf(parties));
    this.parties = parties;
    this.lock = ownLock();
    this.wake = new WakeWord(words(), WAKE);
    this.self = ProcessIdentity.own();
  }

  private static long sizeOf(int parties) {
    return PARTIES + 8L * parties;
  }

  private TwoLevelLock ownLock() {
    return local(
        TwoLevelLock.class,
        words -> new TwoLevelLock("shared barrier", words.at(LOCK, LockWord.SIZE)));
  }

  /**
   * Creates one.
   *
   * @param parties how many meet, 1 to 65,536
   * @throws IOException if there is no shared memory left
   */
  public static SharedBarrier create(int parties) throws IOException {
    if (parties < 1 || parties > MOST) {
      throw new IllegalArgumentException(
          "at a barrier meet 1 to " + MOST + " parties, not " + parties);
    }
    return new SharedBarrier(SharedMemory.create(sizeOf(parties)), parties);
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    requireSize(sizeOf(parties));
    lock = ownLock();
    wake = new WakeWord(words(), WAKE);
    self = ProcessIdentity.own();
  }

  /**
   * Waits until all parties have arrived.
   *
   * @return how many were still to come when the caller arrived: 0 for the last one
   * @throws BrokenBarrierException if the barrier is broken, or is while it waits
   * @throws Cancelled if the caller is cancelled or interrupted; that breaks the barrier
   */
  public int await() throws BrokenBarrierException {
    try {
      return await(Waiter.FOREVER);
    } catch (TimeoutException e) {
      throw new AssertionError("there is no limit", e);
    }
  }

  /**
   * Waits until all parties have arrived, for a limited time.
   *
   * @param timeout 0 or less breaks it unless the caller is the last one
   * @return how many were still to come when the caller arrived: 0 for the last one
   * @throws BrokenBarrierException if the barrier is broken, or is while it waits
   * @throws TimeoutException if the time is over; that breaks the barrier
   * @throws Cancelled if the caller is cancelled or interrupted; that breaks the barrier
   */
  public int await(Duration timeout) throws BrokenBarrierException, TimeoutException {
    return await(TimeLimit.toNanos(timeout));
  }

  private int await(long nanos) throws BrokenBarrierException, TimeoutException {
    TimeLimit limit = new TimeLimit(nanos);
    try {
      Task.checkpoint();
    } catch (Throwable e) {
      abort(); // cancelled as it arrives
      throw e;
    }
    long meeting;
    int missing;
    lock();
    try {
      if (words().getInt(BROKEN) != 0) {
        throw new BrokenBarrierException("the barrier is broken; reset() mends it");
      }
      meeting = words().getLong(MEETING);
      missing = arrive(meeting);
    } finally {
      lock.unlock();
    }
    if (missing == 0) {
      wake.wakeAll();
    } else {
      awaitOthers(meeting, limit);
    }
    return missing;
  }

  /** Takes the lock for a moment. If somebody died in the middle of a change, that breaks it. */
  private void lock() {
    TwoLevelLock.Locking locking = lock.lockUncancellably();
    if (locking.how() == LockWord.OWNER_DIED) {
      words().setInt(BROKEN, 1);
      wake.wakeAll();
    }
    if (locking.ended() != null) {
      words().setInt(BROKEN, 1);
      lock.unlock();
      wake.wakeAll();
      locking.throwEnded();
    }
  }

  private int arrived() {
    return Math.clamp(words().getInt(ARRIVED), 0, parties - 1);
  }

  /** With the lock. Returns how many are missing. */
  private int arrive(long meeting) {
    int arrived = arrived();
    int missing = parties - 1 - arrived;
    if (missing == 0) {
      end(meeting, false);
    } else {
      words().setLong(PARTIES + 8L * arrived, self);
      words().setInt(ARRIVED, arrived + 1);
    }
    return missing;
  }

  /** With the lock: the next meeting begins. */
  private void end(long meeting, boolean broken) {
    long bit = 1L << meeting;
    long outcomes = words().getLong(OUTCOMES);
    words().setLong(OUTCOMES, broken ? outcomes | bit : outcomes & ~bit);
    words().setInt(ARRIVED, 0);
    words().setLong(MEETING, meeting + 1);
  }

  private void awaitOthers(long meeting, TimeLimit limit)
      throws BrokenBarrierException, TimeoutException {
    try {
      while (!hasEnded(meeting)) {
        if (!wake.await(() -> hasEnded(meeting), limit.left())) {
          if (breakUp(meeting)) {
            throw new TimeoutException("not all " + parties + " parties have arrived in time");
          }
        } else if (!hasEnded(meeting) && isDeserted()) {
          breakUp(meeting);
        }
      }
    } catch (Throwable e) {
      breakUp(meeting); // killed, by whatever error, or out of time
      throw e;
    }
    if (wasBroken(meeting)) {
      throw new BrokenBarrierException(
          "another party was cancelled, ran out of time or died, or the barrier was reset");
    }
  }

  private boolean hasEnded(long meeting) {
    return words().getLong(MEETING) != meeting || words().getInt(BROKEN) != 0;
  }

  private boolean wasBroken(long meeting) {
    long now = words().getLong(MEETING);
    if (now == meeting) {
      return true;
    }
    return now - meeting <= Long.SIZE && (words().getLong(OUTCOMES) & 1L << meeting) != 0;
  }

  /** Whether a process of those who wait has ended. */
  private boolean isDeserted() {
    int arrived = arrived();
    long alive = self;
    for (int i = 0; i < arrived; i++) {
      long party = words().getLong(PARTIES + 8L * i);
      if (party != alive && party != self) {
        if (!ProcessIdentity.isAlive(party)) {
          return true;
        }
        alive = party;
      }
    }
    return false;
  }

  /** Breaks a meeting unless it is over, and returns whether it does. */
  private boolean breakUp(long meeting) {
    TwoLevelLock.Locking locking = lock.lockUncancellably();
    boolean goesOn = words().getLong(MEETING) == meeting;
    if (goesOn || locking.how() == LockWord.OWNER_DIED) {
      words().setInt(BROKEN, 1);
    }
    lock.unlock();
    wake.wakeAll();
    locking.throwEnded();
    return goesOn;
  }

  /** Breaks the barrier: those who wait get a {@code BrokenBarrierException}. */
  public void abort() {
    breakUp(words().getLong(MEETING));
  }

  /**
   * Makes it as new, also if it was broken: those who wait get a {@code BrokenBarrierException}.
   */
  public void reset() {
    TwoLevelLock.Locking locking = lock.lockUncancellably();
    end(words().getLong(MEETING), true);
    words().setInt(BROKEN, 0);
    lock.unlock();
    wake.wakeAll();
    locking.throwEnded();
  }

  /** Whether it is broken. */
  public boolean isBroken() {
    return words().getInt(BROKEN) != 0;
  }

  /** How many meet. */
  public int parties() {
    return parties;
  }

  /** How many wait for the others; an estimate. */
  public int waiting() {
    return isBroken() ? 0 : arrived();
  }

  @Override
  public String toString() {
    return "SharedBarrier[" + waiting() + " of " + parties + (isBroken() ? ", broken]" : "]");
  }
}
