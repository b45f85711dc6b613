package dev.loomlet.time;

import org.jspecify.annotations.Nullable;

/**
 * All timers of a loop, at a cost per timer that does not depend on how many there are.
 *
 * <p>A hierarchical timing wheel (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels",
 * 1987, scheme 7). Time is cut into ticks of 2<sup>16</sup> ns (65.5 µs), or of 1 ns on a
 * {@linkplain Clock#isVirtual() virtual} clock. Level <i>k</i> has 64 buckets of 64<sup>k</sup>
 * ticks each, and there are enough levels to reach 292 years. A timer sits on the lowest level on
 * which its tick and the wheel's current tick differ, and moves down when the current tick enters
 * its bucket. A 64-bit word per level says which buckets hold something, so that the next bucket
 * due is found without a walk.
 *
 * <p>A timer never fires early, and at most one tick late when the loop is idle. Timers due in the
 * same tick fire in the order in which they were scheduled.
 */
public final class TimerWheel {
  /** Returned by {@link #nanosToNext} when nothing is scheduled. */
  public static final long NOTHING = Long.MAX_VALUE;

  /** Length of a tick of real time as a power of two, in nanoseconds. */
  static final int TICK_SHIFT = 16;

  private static final int SLOT_BITS = 6;
  private static final int SLOTS = 1 << SLOT_BITS;

  private final Clock clock;
  private final long origin;
  private final int tickShift;
  private final long maxTick;
  private final int levels;
  private final @Nullable Timer[] heads;
  private final @Nullable Timer[] tails;
  private final long[] occupied;

  private long currentTick;
  private int size;

  /**
   * Creates an empty wheel.
   *
   * @param clock what deadlines are measured by
   */
  public TimerWheel(Clock clock) {
    this.clock = clock;
    this.origin = clock.nanoTime();
    this.tickShift = clock.isVirtual() ? 0 : TICK_SHIFT;
    this.maxTick = Long.MAX_VALUE >>> tickShift;
    this.levels = (Long.SIZE - 1 - tickShift + SLOT_BITS - 1) / SLOT_BITS;
    this.heads = new @Nullable Timer[levels * SLOTS];
    this.tails = new @Nullable Timer[levels * SLOTS];
    this.occupied = new long[levels];
  }

  /** How many timers wait. */
  public int size() {
    return size;
  }

  /**
   * Schedules a timer.
   *
   * @param timer not scheduled at present
   * @param delayNanos how long from now; 0 or less means as soon as the loop looks
   * @throws IllegalStateException if the timer is scheduled already
   */
  public void schedule(Timer timer, long delayNanos) {
    long now = clock.nanoTime() - origin;
    long deadline = now + Math.max(0, delayNanos);
    scheduleAt(timer, deadline < 0 ? Long.MAX_VALUE : deadline);
  }

  /**
   * Schedules a timer for a point in time.
   *
   * @param timer not scheduled at present
   * @param deadlineNanos on the loop's clock, {@link Clock#nanoTime()}
   * @throws IllegalStateException if the timer is scheduled already
   */
  public void scheduleAtNanoTime(Timer timer, long deadlineNanos) {
    scheduleAt(timer, Math.max(0, deadlineNanos - origin));
  }

  private void scheduleAt(Timer timer, long sinceOrigin) {
    if (timer.bucket != Timer.IDLE) {
      throw new IllegalStateException("the timer is scheduled already");
    }
    // Rounded up, so that no timer is early; and beyond the current tick, whose bucket is empty.
    long due = (sinceOrigin + (1L << tickShift) - 1) >>> tickShift;
    timer.tick = Math.min(Math.max(due, currentTick + 1), maxTick);
    append(timer);
    size++;
  }

  /**
   * Takes a timer out before it fires.
   *
   * @return whether it was scheduled
   */
  public boolean cancel(Timer timer) {
    if (timer.bucket == Timer.IDLE) {
      return false;
    }
    unlink(timer);
    size--;
    return true;
  }

  /**
   * How long the loop may sleep before it must call {@link #advance}.
   *
   * @return nanoseconds, at least 0, or {@link #NOTHING}
   */
  public long nanosToNext() {
    if (size == 0) {
      return NOTHING;
    }
    long wait = (nextTick() << tickShift) - (clock.nanoTime() - origin);
    return Math.max(0, wait);
  }

  /**
   * Fires every timer whose deadline has passed.
   *
   * @return how many fired
   */
  public int advance() {
    if (size == 0) {
      return 0;
    }
    long nowTick = (clock.nanoTime() - origin) >>> tickShift;
    int fired = 0;
    while (size > 0) {
      long tick = nextTick();
      if (tick > nowTick) {
        break;
      }
      currentTick = tick;
      fired += expire(tick);
    }
    currentTick = Math.max(currentTick, nowTick);
    return fired;
  }

  /** The first tick at which a bucket has to be opened. */
  private long nextTick() {
    for (int level = 0; level < levels; level++) {
      long word = occupied[level];
      if (word != 0) {
        int shift = level * SLOT_BITS;
        int slot = Long.numberOfTrailingZeros(word);
        // Buckets below the current one would lie in the next turn of this level, and a timer of
        // the
        // next turn sits on a higher level: so the lowest occupied bucket is the next.
        long turn = currentTick >>> shift >>> SLOT_BITS << SLOT_BITS << shift;
        return turn | ((long) slot << shift);
      }
    }
    return Long.MAX_VALUE;
  }

  /** Opens the buckets that start at a tick, highest level first, so that timers fall through. */
  private int expire(long tick) {
    int fired = 0;
    for (int level = levels - 1; level >= 0; level--) {
      int shift = level * SLOT_BITS;
      if ((tick & ((1L << shift) - 1)) != 0) {
        continue;
      }
      int bucket = level * SLOTS + (int) (tick >>> shift & (SLOTS - 1));
      // Ends: what is appended meanwhile is due after this tick and so goes into another bucket.
      for (Timer timer = heads[bucket]; timer != null; timer = heads[bucket]) {
        unlink(timer);
        if (timer.tick > tick) {
          append(timer);
          continue;
        }
        size--;
        fired++;
        timer.fire();
      }
    }
    return fired;
  }

  private void append(Timer timer) {
    long differing = timer.tick ^ currentTick;
    int level = (63 - Long.numberOfLeadingZeros(differing | 1)) / SLOT_BITS;
    int slot = (int) (timer.tick >>> (level * SLOT_BITS) & (SLOTS - 1));
    int bucket = level * SLOTS + slot;
    Timer tail = tails[bucket];
    timer.bucket = bucket;
    timer.previous = tail;
    timer.next = null;
    if (tail == null) {
      heads[bucket] = timer;
      occupied[level] |= 1L << slot;
    } else {
      tail.next = timer;
    }
    tails[bucket] = timer;
  }

  private void unlink(Timer timer) {
    int bucket = timer.bucket;
    Timer before = timer.previous;
    Timer after = timer.next;
    if (before == null) {
      heads[bucket] = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      tails[bucket] = before;
    } else {
      after.previous = before;
    }
    if (before == null && after == null) {
      occupied[bucket >>> SLOT_BITS] &= ~(1L << (bucket & (SLOTS - 1)));
    }
    timer.bucket = Timer.IDLE;
    timer.previous = null;
    timer.next = null;
  }
}
