package dev.loomlet.queue;

import dev.loomlet.wait.Waiter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One wait of a {@link Select}: granted when one of its arms is. */
final class Choice extends Waiter {
  private static final VarHandle WINNER;

  static {
    try {
      WINNER = MethodHandles.lookup().findVarHandle(Choice.class, "winner", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Null as long as it is open; the arm that claimed it; or this, if it was withdrawn. */
  private volatile @Nullable Object winner;

  @Override
  public boolean isOpen() {
    return winner == null;
  }

  /** Claims it for one arm; the first does it. */
  boolean claim(Arm<?> arm) {
    return winner == null && WINNER.compareAndSet(this, null, arm);
  }

  /** Closes it, unless it was claimed. */
  boolean withdraw() {
    return WINNER.compareAndSet(this, null, this);
  }

  /** The arm that claimed it. */
  @SuppressWarnings("unchecked") // its select knows the type
  <R extends @Nullable Object> Arm<R> winner() {
    return (Arm<R>) Objects.requireNonNull(winner);
  }
}
