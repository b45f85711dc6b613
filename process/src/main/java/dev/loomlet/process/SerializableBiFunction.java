package dev.loomlet.process;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A function of two arguments that can be sent to another process.
 *
 * @param <A> type of the first argument
 * @param <B> type of the second argument
 * @param <C> type of the result
 */
@FunctionalInterface
public interface SerializableBiFunction<
        A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
    extends Serializable {

  /**
   * Computes the result.
   *
   * @throws Exception whatever goes wrong
   */
  C apply(A first, B second) throws Exception;
}
