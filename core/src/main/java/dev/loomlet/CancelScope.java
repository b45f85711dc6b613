package dev.loomlet;

import dev.loomlet.time.Timer;
import dev.loomlet.wait.TimeLimit;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of code that can be cancelled as a whole, at a deadline or by a call; trio's {@code
 * CancelScope}.
 *
 * <p>Cancellation is level-triggered: once the scope is cancelled, every operation of Loomlet in it
 * that may wait throws {@link Cancelled}, also one that would not have had to wait, until the scope
 * is left. Code that swallows the error does not get away with it. The scope itself takes the error
 * at its edge, so {@link #run} returns normally and {@link #isCaught()} tells.
 *
 * <p>Scopes nest, and a {@link TaskGroup} extends its scope over its children. A cancelled scope
 * cancels what is inside, except scopes that are shielded. JDK code that waits in a cancelled scope
 * throws {@code InterruptedException}, once.
 *
 * {@snippet :
 * CancelScope scope = new CancelScope().withDeadline(Duration.ofSeconds(2));
 * scope.run(() -> fetch(url));
 * if (scope.isCaught()) { ... } // took longer
 * }
 *
 * <p>A scope is entered once, by one greenlet. {@link #cancel} may be called on any thread; all
 * other methods that change it, on its loop.
 */
public final class CancelScope {
  private volatile @Nullable Loop loop;
  private @Nullable GreenletTask owner;
  private @Nullable CancelScope parent;
  private boolean shielded;
  private boolean entered;
  private boolean left;
  private boolean caught;
  private volatile boolean cancelled;

  /** The group whose scope this is, which extends it over its children. */
  @Nullable TaskGroup group;

  /** Scopes directly inside, the last one entered first. */
  private @Nullable CancelScope inner;

  private @Nullable CancelScope nextSibling;
  private @Nullable CancelScope previousSibling;

  private @Nullable Duration initialDelay;
  private @Nullable Deadline deadline;

  /** Creates a scope without a deadline. */
  public CancelScope() {}

  /** Cancels the scope when the time has come. */
  private final class Deadline extends Timer {
    @Override
    protected void fire() {
      cancelOnLoop();
    }
  }

  /**
   * Sets when it is cancelled by itself: a time from now or, before it is entered, from then. May
   * be called again, to move the deadline, as long as it has not passed.
   *
   * @param timeout 0 or less for at once
   * @return this
   * @throws IllegalStateException if it was entered, on another thread than its loop's
   */
  public CancelScope withDeadline(Duration timeout) {
    if (!entered) {
      initialDelay = Objects.requireNonNull(timeout);
      return this;
    }
    if (!left) {
      requireOnLoop();
      schedule(TimeLimit.toNanos(timeout));
    }
    return this;
  }

  /**
   * Takes the deadline back.
   *
   * @throws IllegalStateException if it was entered, on another thread than its loop's
   */
  public void clearDeadline() {
    initialDelay = null;
    if (deadline != null) {
      requireOnLoop();
      loop().core().timers.cancel(deadline);
    }
  }

  /** Whether it will be cancelled by itself. */
  public boolean hasDeadline() {
    return entered ? deadline != null && deadline.isScheduled() : initialDelay != null;
  }

  /**
   * Says whether the scope keeps out the cancellation of scopes around it; for cleanup that must go
   * on, best together with a deadline. A kill goes through it.
   *
   * @return this
   * @throws IllegalStateException if it was entered, on another thread than its loop's
   */
  public CancelScope withShield(boolean shield) {
    if (entered && !left) {
      requireOnLoop();
      shielded = shield;
      spread();
    } else {
      shielded = shield;
    }
    return this;
  }

  private void requireOnLoop() {
    if (!loop().isOnThread()) {
      throw new IllegalStateException(
          "a cancel scope is changed on its own "
              + loop
              + " only; use Loop.call to get there (cancel alone may be called anywhere)");
    }
  }

  /** Whether it keeps out the cancellation of scopes around it. */
  public boolean isShielded() {
    return shielded;
  }

  /**
   * Runs code in this scope.
   *
   * @return whether the code ran to its end; false if it was cut short by this scope
   * @throws Exception what the code throws, unchanged
   * @throws Cancelled if the caller is cancelled otherwise: killed, or by a scope around this one
   * @throws IllegalStateException if the scope was entered before
   */
  public boolean run(Action code) throws Exception {
    call(
        () -> {
          code.run();
          return null;
        });
    return !caught;
  }

  /**
   * As {@link #run}, for code with a result.
   *
   * @return what the code returns, or null if it was cut short by this scope; {@link #isCaught}
   *     tells
   */
  public <T extends @Nullable Object> @Nullable T call(Callable<? extends T> code)
      throws Exception {
    Greenlet<?> self = Greenlet.current();
    if (self == null) {
      return Loop.current().callInGreenlet(() -> call(code));
    }
    enter(self);
    try {
      return code.call();
    } catch (Cancelled e) {
      if (e.origin() != Cancelled.Cause.SCOPE || !takes()) {
        throw e;
      }
    } catch (InterruptedException e) {
      if (!self.task().scopeInterruptWasTaken() || !takes()) {
        throw e;
      }
    } finally {
      leave();
    }
    caught = true;
    return null;
  }

  /** Whether a cancellation that arrives at the edge ends here. */
  private boolean takes() {
    return cancelled && (shielded || parent == null || !parent.isEffectivelyCancelled());
  }

  private void enter(Greenlet<?> self) {
    if (entered) {
      throw new IllegalStateException("a cancel scope is entered once; make a new one");
    }
    entered = true;
    loop = self.loop();
    owner = self.task();
    parent = owner.scope();
    if (parent != null) {
      parent.addInner(this);
    }
    if (initialDelay != null) {
      schedule(TimeLimit.toNanos(initialDelay));
    }
    owner.setScope(this);
  }

  private void leave() {
    left = true;
    if (deadline != null) {
      loop().core().timers.cancel(deadline);
    }
    if (parent != null) {
      parent.removeInner(this);
    }
    Objects.requireNonNull(owner).setScope(parent);
  }

  private void addInner(CancelScope scope) {
    scope.nextSibling = inner;
    if (inner != null) {
      inner.previousSibling = scope;
    }
    inner = scope;
  }

  private void removeInner(CancelScope scope) {
    CancelScope before = scope.previousSibling;
    CancelScope behind = scope.nextSibling;
    if (before == null) {
      inner = behind;
    } else {
      before.nextSibling = behind;
    }
    if (behind != null) {
      behind.previousSibling = before;
    }
    scope.nextSibling = null;
    scope.previousSibling = null;
  }

  private void schedule(long nanos) {
    if (deadline == null) {
      deadline = new Deadline();
    }
    loop().core().timers.cancel(deadline);
    if (nanos <= 0) {
      cancelOnLoop();
    } else {
      loop().core().timers.schedule(deadline, nanos);
    }
  }

  private Loop loop() {
    return Objects.requireNonNull(loop);
  }

  /** Cancels what runs in this scope, now or when it is entered. Any thread; does not wait. */
  public void cancel() {
    Loop on = loop;
    if (on == null) {
      cancelled = true;
      // Whoever enters says where before it looks whether it is cancelled. So if it has not seen
      // that yet, it is found here.
      on = loop;
      if (on != null) {
        on.core().submit(this::spreadIfEntered);
      }
    } else if (on.core().onCarrier()) {
      cancelOnLoop();
    } else {
      on.core().submit(this::cancelOnLoop);
    }
  }

  private void cancelOnLoop() {
    if (!cancelled) {
      cancelled = true;
      spreadIfEntered();
    }
  }

  private void spreadIfEntered() {
    if (entered && !left) {
      spread();
    }
  }

  /** Has everyone inside look again whether something is due. */
  private void spread() {
    Objects.requireNonNull(owner).refresh();
    for (CancelScope each = inner; each != null; each = each.nextSibling) {
      if (!each.shielded) {
        each.spread();
      }
    }
    if (group != null) {
      group.refreshChildren();
    }
  }

  /** Who is in it; null before and after. */
  @Nullable Greenlet<?> ownerGreenlet() {
    GreenletTask task = owner;
    return task == null || left ? null : task.greenlet;
  }

  /** Whether operations in this scope throw: it or a scope around it is cancelled. */
  boolean isEffectivelyCancelled() {
    for (CancelScope each = this; each != null; each = each.parent) {
      if (each.cancelled) {
        return true;
      }
      if (each.shielded) {
        return false;
      }
    }
    return false;
  }

  /** Whether something in this or a scope around it ends its waits after a time. */
  boolean endsByItself() {
    for (CancelScope each = this; each != null; each = each.parent) {
      if (each.deadline != null && each.deadline.isScheduled()) {
        return true;
      }
    }
    return false;
  }

  /** Whether it was cancelled, by a call or by its deadline. Any thread. */
  public boolean isCancelled() {
    return cancelled;
  }

  /** Whether it was left because it was cancelled, rather than at its end. */
  public boolean isCaught() {
    return caught;
  }
}
