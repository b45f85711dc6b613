package dev.loomlet.process;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A function that can be sent to another process, together with its arguments.
 *
 * @param <A> type of the argument
 * @param <B> type of the result
 */
@FunctionalInterface
public interface SerializableFunction<A extends @Nullable Object, B extends @Nullable Object>
    extends Serializable {

  /**
   * Computes the result.
   *
   * @throws Exception whatever goes wrong
   */
  B apply(A argument) throws Exception;
}
