package dev.loomlet;

import dev.loomlet.time.Timer;
import dev.loomlet.wait.TimeLimit;
import java.io.Serial;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A time limit that throws itself, once, out of whatever its greenlet waits in; gevent's {@code
 * Timeout}. An {@code Error}, so that {@code catch (Exception e)} does not swallow it.
 *
 * {@snippet :
 * Timeout timeout = Timeout.start(Duration.ofSeconds(1));
 * try {
 *   fetch(url);
 * } catch (Timeout e) {
 *   if (e != timeout) throw e; // one around this one
 *   System.out.println("too slow");
 * } finally {
 *   timeout.close();
 * }
 * }
 *
 * <p>{@link Loomlet#withTimeout} says the same in one call and also covers JDK code; take this
 * class where a limit does not follow blocks. Timeouts nest: each knows itself, and one that is
 * closed before it was thrown is never thrown. All methods are called in the greenlet that started
 * it.
 */
public final class Timeout extends Error implements AutoCloseable {
  @Serial private static final long serialVersionUID = 1;

  private final transient GreenletTask task;
  private final transient GreenletTask.Edge edge;
  private final transient Expiry expiry;
  private final Duration limit;

  private final class Expiry extends Timer {
    @Override
    protected void fire() {
      task.timeouts--;
      task.throwOnce(edge);
    }
  }

  private Timeout(Duration limit, @Nullable Throwable instead) {
    super("timed out after " + Durations.toText(limit));
    Greenlet<?> self = Greenlet.current();
    if (self == null) {
      throw new IllegalStateException(
          "a timeout interrupts a greenlet: start it in one, or use Loomlet.withTimeout");
    }
    this.limit = limit;
    this.task = self.task();
    this.edge = new GreenletTask.Edge(instead == null ? this : instead);
    this.expiry = new Expiry();
    long nanos = TimeLimit.toNanos(limit);
    if (nanos <= 0) {
      task.throwOnce(edge);
    } else {
      task.timeouts++;
      self.loop().core().timers.schedule(expiry, nanos);
    }
  }

  /**
   * Starts a time limit for the calling greenlet. Does not wait.
   *
   * @param limit 0 or less is over at once: the next operation that may wait throws
   * @throws IllegalStateException outside of greenlets
   */
  public static Timeout start(Duration limit) {
    return new Timeout(limit, null);
  }

  /**
   * As {@link #start(Duration)}, but throws an error of choice as it is, also a checked one.
   *
   * @param error thrown instead of the timeout
   */
  public static Timeout start(Duration limit, Throwable error) {
    return new Timeout(limit, Objects.requireNonNull(error));
  }

  /** The limit it was started with. */
  public Duration limit() {
    return limit;
  }

  /** Whether it may still be thrown. */
  public boolean isPending() {
    return expiry.isScheduled();
  }

  /**
   * Ends the limit: it is not thrown from here on. May be called again.
   *
   * @throws IllegalStateException on another thread than the loop's of its greenlet
   */
  @Override
  public void close() {
    Loop loop = task.greenlet.loop();
    if (!loop.isOnThread()) {
      throw new IllegalStateException(
          "a timeout is closed on its own " + loop + " only, best by the greenlet it belongs to");
    }
    if (task.greenlet.loop().core().timers.cancel(expiry)) {
      task.timeouts--;
    }
    task.withdraw(edge);
  }
}
