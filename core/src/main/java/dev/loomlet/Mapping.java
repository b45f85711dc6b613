package dev.loomlet;

import org.jspecify.annotations.Nullable;

/**
 * What {@code map} does with each item; a {@code Function} that may throw.
 *
 * @param <A> type of the items
 * @param <B> type of the results
 */
@FunctionalInterface
public interface Mapping<A extends @Nullable Object, B extends @Nullable Object> {
  /**
   * Makes a result of an item.
   *
   * @throws Exception whatever goes wrong; it comes out where the result is taken
   */
  B apply(A item) throws Exception;
}
