package dev.loomlet;

import java.io.Serial;
import java.util.List;

/**
 * Everything that failed in a {@link TaskGroup}; Python's {@code ExceptionGroup}. The first error
 * is the cause, the others are suppressed exceptions, so that a stack trace shows them all.
 */
public final class TaskGroupException extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final List<Throwable> errors;

  TaskGroupException(List<Throwable> errors) {
    super(
        errors.size() == 1
            ? "a task failed: " + errors.getFirst()
            : errors.size() + " tasks failed, the first with " + errors.getFirst(),
        errors.getFirst());
    this.errors = List.copyOf(errors);
    this.errors.stream().skip(1).forEach(this::addSuppressed);
  }

  /** All errors in the order in which they happened, at least one. Unmodifiable. */
  public List<Throwable> errors() {
    return errors;
  }
}
