package dev.loomlet;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Where the body of a {@link Generator} puts its values. Pass it on to methods that produce some of
 * them; it is of use only while the body runs.
 *
 * @param <T> type of the values
 */
public final class Yielder<T extends @Nullable Object> {
  private final Generator<T> generator;

  Yielder(Generator<T> generator) {
    this.generator = generator;
  }

  /**
   * Hands out a value and waits until the next one is asked for. Other greenlets do not run
   * meanwhile, unless the caller of {@code next} lets them.
   *
   * @throws GeneratorExit if the generator is closed; let it pass
   * @throws IllegalStateException outside of the generator's body; under a native frame
   */
  public void yield(T value) {
    generator.yieldOne(value);
  }

  /**
   * Yields everything that another generator does; Python's {@code yield from}. Errors that are
   * thrown in go to that one, and it is closed with this one.
   */
  public void from(Generator<? extends T> inner) {
    generator.yieldFrom(inner);
  }

  /**
   * As {@link #from(Generator)}.
   *
   * @return its result, null if it has none because it was closed before
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // R says itself whether it may be null
  public <R extends @Nullable Object> R from(TwoWayGenerator<? extends T, ?, ? extends R> inner) {
    return (R) generator.yieldFrom(inner);
  }

  /**
   * Yields everything that an iterator does. It is closed with the generator if it is an {@code
   * AutoCloseable}; errors that are thrown in strike here.
   */
  public void from(Iterator<? extends T> inner) {
    generator.yieldFrom(inner);
  }

  /** As {@link #from(Iterator)}. */
  public void from(Iterable<? extends T> inner) {
    generator.yieldFrom(inner.iterator());
  }
}
