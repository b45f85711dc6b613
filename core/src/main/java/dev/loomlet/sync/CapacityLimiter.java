package dev.loomlet.sync;

import dev.loomlet.Cancelled;
import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A semaphore that knows who has its tokens, so that nobody takes two or gives back what he does
 * not have, and whose size can be changed; trio's {@code CapacityLimiter}.
 *
 * <p>The borrower is the calling greenlet or thread, or any object that it acts for. Tokens go to
 * the one who has waited longest. From any greenlet or thread.
 */
public final class CapacityLimiter implements Holdable {
  private final Guard guard = new Guard();
  private final WaitLine line = new WaitLine(guard);

  /** By identity, so that no foreign code runs under the guard. */
  private final IdentityHashMap<Object, Standing> borrowers = new IdentityHashMap<>();

  private int total;
  private int borrowed;

  private enum Standing {
    WAITS,
    HAS
  }

  /**
   * What a limiter is at.
   *
   * @param totalTokens how many tokens there are
   * @param borrowedTokens how many of them are borrowed
   * @param borrowers who has them; unmodifiable, in no order
   * @param waiting how many wait for one
   */
  public record Statistics(
      int totalTokens, int borrowedTokens, List<Object> borrowers, int waiting) {}

  /**
   * Creates a limiter.
   *
   * @param totalTokens how many tokens there are, 0 or more
   */
  public CapacityLimiter(int totalTokens) {
    total = notNegative(totalTokens);
  }

  private static int notNegative(int tokens) {
    if (tokens < 0) {
      throw new IllegalArgumentException("a limiter has 0 tokens or more, not " + tokens);
    }
    return tokens;
  }

  /**
   * Borrows a token for the calling greenlet or thread, waiting for one if there is none.
   *
   * @throws IllegalStateException if it has one, or waits for one
   * @throws Cancelled if the caller is cancelled or interrupted; then it has borrowed none
   */
  public void acquire() {
    acquireOnBehalfOf(Thread.currentThread());
  }

  /** As {@link #acquire()}, if there is a token. Does not wait, and is no checkpoint. */
  public boolean tryAcquire() {
    return tryAcquireOnBehalfOf(Thread.currentThread());
  }

  /**
   * As {@link #acquire()}, waiting for a limited time.
   *
   * @param timeout 0 or less not to wait
   * @return whether it has borrowed one; false if the time is over
   */
  public boolean tryAcquire(Duration timeout) {
    return tryAcquireOnBehalfOf(Thread.currentThread(), timeout);
  }

  /** Gives the token of the calling greenlet or thread back, as {@link #releaseOnBehalfOf}. */
  public void release() {
    releaseOnBehalfOf(Thread.currentThread());
  }

  /**
   * Borrows a token, waiting for one if there is none.
   *
   * @param borrower who has it then: this very object, not one that equals it
   * @throws IllegalStateException if the borrower has one, or waits for one
   * @throws Cancelled if the caller is cancelled or interrupted; then it has borrowed none
   */
  public void acquireOnBehalfOf(Object borrower) {
    acquire(borrower, Waiter.FOREVER);
  }

  /** As {@link #acquireOnBehalfOf}, if there is a token. Does not wait, and is no checkpoint. */
  public boolean tryAcquireOnBehalfOf(Object borrower) {
    return take(Objects.requireNonNull(borrower));
  }

  /**
   * As {@link #acquireOnBehalfOf}, waiting for a limited time.
   *
   * @param timeout 0 or less not to wait
   * @return whether it has borrowed one; false if the time is over
   */
  public boolean tryAcquireOnBehalfOf(Object borrower, Duration timeout) {
    return acquire(borrower, TimeLimit.toNanos(timeout));
  }

  private boolean acquire(Object borrower, long nanos) {
    Objects.requireNonNull(borrower);
    Task.checkpoint();
    if (take(borrower)) {
      return true;
    }
    if (nanos <= 0) {
      return false;
    }
    Waiter waiter = new Waiter();
    waiter.item = borrower;
    if (takeOrQueue(borrower, waiter)) {
      return true;
    }
    boolean granted = false;
    try {
      granted = line.await(waiter, this, nanos);
    } finally {
      if (!granted) {
        forget(borrower);
      }
    }
    return granted;
  }

  private boolean take(Object borrower) {
    guard.lock();
    Standing standing = borrowers.get(borrower);
    boolean taken = standing == null && takeIfFree(borrower);
    guard.unlock();
    refuse(borrower, standing);
    return taken;
  }

  private boolean takeOrQueue(Object borrower, Waiter waiter) {
    guard.lock();
    Standing standing = borrowers.get(borrower);
    boolean taken = standing == null && takeIfFree(borrower);
    if (standing == null && !taken) {
      borrowers.put(borrower, Standing.WAITS);
      line.add(waiter);
    }
    guard.unlock();
    refuse(borrower, standing);
    return taken;
  }

  private boolean takeIfFree(Object borrower) {
    if (borrowed >= total || !line.isEmpty()) {
      return false;
    }
    lend(borrower);
    return true;
  }

  private void lend(Object borrower) {
    borrowed++;
    borrowers.put(borrower, Standing.HAS);
  }

  private static void refuse(Object borrower, @Nullable Standing standing) {
    if (standing != null) {
      throw new IllegalStateException(
          borrower
              + (standing == Standing.HAS ? " has a token already" : " waits for a token already")
              + ": a borrower has one at a time; use acquireOnBehalfOf for another");
    }
  }

  private void forget(Object borrower) {
    guard.lock();
    borrowers.remove(borrower);
    guard.unlock();
  }

  @Override
  public Held hold() {
    Thread borrower = Thread.currentThread();
    acquireOnBehalfOf(borrower);
    return new Held(() -> releaseOnBehalfOf(borrower));
  }

  /**
   * Gives a token back. Any thread; does not wait.
   *
   * @throws IllegalStateException if the borrower has none
   */
  public void releaseOnBehalfOf(Object borrower) {
    Objects.requireNonNull(borrower);
    guard.lock();
    boolean had = borrowers.get(borrower) == Standing.HAS;
    if (had) {
      borrowers.remove(borrower);
      borrowed--;
    }
    guard.unlock();
    if (!had) {
      throw new IllegalStateException(
          borrower + " has no token to give back: release on behalf of who acquired");
    }
    handOut();
  }

  /** Gives what there is to those who wait, one at a time, so as not to hold the guard long. */
  private void handOut() {
    while (true) {
      guard.lock();
      Waiter waiter = borrowed < total ? line.poll() : null;
      if (waiter != null) {
        lend(Objects.requireNonNull(waiter.item));
        waiter.grant();
      }
      guard.unlock();
      if (waiter == null) {
        return;
      }
      waiter.wake();
    }
  }

  /** How many tokens there are. */
  public int totalTokens() {
    guard.lock();
    int tokens = total;
    guard.unlock();
    return tokens;
  }

  /**
   * Changes how many tokens there are. With more, some who wait get one; with fewer, nobody loses
   * his, but the next is lent when enough have come back. Any thread; does not wait.
   *
   * @param tokens 0 or more
   */
  public void setTotalTokens(int tokens) {
    notNegative(tokens);
    guard.lock();
    total = tokens;
    guard.unlock();
    handOut();
  }

  /** How many tokens are borrowed. */
  public int borrowedTokens() {
    guard.lock();
    int tokens = borrowed;
    guard.unlock();
    return tokens;
  }

  /** How many tokens are left; less than 0 if the total was lowered below what is borrowed. */
  public int availableTokens() {
    guard.lock();
    int tokens = total - borrowed;
    guard.unlock();
    return tokens;
  }

  /** What it is at, all as of one moment. */
  public Statistics statistics() {
    Object[] having = new Object[0];
    while (true) {
      // The array is made outside of the guard, so that others do not spin for it.
      guard.lock();
      int tokens = total;
      int lent = borrowed;
      int waiting = line.size();
      boolean fits = having.length == lent;
      if (fits) {
        list(having);
      }
      guard.unlock();
      if (fits) {
        return new Statistics(tokens, lent, List.of(having), waiting);
      }
      having = new Object[lent];
    }
  }

  private void list(Object[] having) {
    int i = 0;
    for (Map.Entry<Object, Standing> each : borrowers.entrySet()) {
      if (each.getValue() == Standing.HAS) {
        having[i++] = each.getKey();
      }
    }
  }

  @Override
  public String toString() {
    Statistics now = statistics();
    return "CapacityLimiter["
        + now.borrowedTokens()
        + " of "
        + now.totalTokens()
        + " borrowed, "
        + now.waiting()
        + " waiting]";
  }
}
