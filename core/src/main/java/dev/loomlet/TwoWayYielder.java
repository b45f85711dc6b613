package dev.loomlet;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Where the body of a {@link TwoWayGenerator} puts its values and gets what is sent. It is of use
 * only while the body runs.
 *
 * @param <T> type of the values
 * @param <S> type of what is sent
 */
public final class TwoWayYielder<T extends @Nullable Object, S extends @Nullable Object> {
  private final TwoWayGenerator<T, S, ?> generator;

  TwoWayYielder(TwoWayGenerator<T, S, ?> generator) {
    this.generator = generator;
  }

  /**
   * Hands out a value and waits until the next one is asked for.
   *
   * @return what was sent, null if it was asked for by {@code next}
   * @throws GeneratorExit if the generator is closed; let it pass
   * @throws IllegalStateException outside of the generator's body; under a native frame
   */
  @SuppressWarnings("unchecked")
  public @Nullable S yield(T value) {
    return (S) generator.yieldOne(value);
  }

  /**
   * Yields everything that another generator does; Python's {@code yield from}. What is sent and
   * thrown in goes to that one, and it is closed with this one.
   *
   * @return its result, null if it has none because it was closed before
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // R says itself whether it may be null
  public <R extends @Nullable Object> R from(
      TwoWayGenerator<? extends T, ? super S, ? extends R> inner) {
    return (R) generator.yieldFrom(inner);
  }

  /**
   * As {@link #from(TwoWayGenerator)}, for a generator that takes no values.
   *
   * @throws IllegalStateException if a value other than null is sent meanwhile
   */
  public void from(Generator<? extends T> inner) {
    generator.yieldFrom(inner);
  }

  /**
   * Yields everything that an iterator does. It is closed with the generator if it is an {@code
   * AutoCloseable}; errors that are thrown in strike here.
   *
   * @throws IllegalStateException if a value other than null is sent meanwhile
   */
  public void from(Iterator<? extends T> inner) {
    generator.yieldFrom(inner);
  }

  /** As {@link #from(Iterator)}. */
  public void from(Iterable<? extends T> inner) {
    generator.yieldFrom(inner.iterator());
  }
}
