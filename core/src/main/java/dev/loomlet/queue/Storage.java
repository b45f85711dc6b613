package dev.loomlet.queue;

import dev.loomlet.wait.Guard;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link Exchange} holds, in the order in which it comes out.
 *
 * <p>Where the order takes somebody else's code to find out, a change has two steps: a plan, made
 * outside of the guard, and the change itself under it, which is refused if another one came in
 * between. Where it does not, the plan is null and always good.
 */
abstract class Storage<E> {
  /** How many there are. Written under the guard. */
  int size;

  /** Prepares {@link #add}. Outside of the guard. */
  @Nullable Object planAdd(E element) {
    return null;
  }

  /** Prepares {@link #removeFirst}. Outside of the guard. */
  @Nullable Object planRemoveFirst() {
    return null;
  }

  /** Prepares {@link #removeSame}. Outside of the guard. */
  @Nullable Object planRemoveSame(Object element) {
    return null;
  }

  /** Whether changes need plans. */
  boolean isPlanned() {
    return false;
  }

  /** Whether a plan is still good. */
  boolean fits(@Nullable Object plan) {
    return true;
  }

  /** Adds an element by a plan that fits. */
  abstract void add(E element, @Nullable Object plan);

  /** The first element. Not empty. */
  abstract E first();

  /** Takes out the first element by a plan that fits. Not empty. */
  abstract E removeFirst(@Nullable Object plan);

  /**
   * Takes out one element, compared by identity, by a plan that fits.
   *
   * @return false if it is not there
   */
  abstract boolean removeSame(Object element, @Nullable Object plan);

  /** Drops all. */
  abstract void clear();

  /** A copy of what there is, in order. Outside of the guard, which it takes. */
  abstract Object[] snapshot(Guard guard);
}
