package dev.loomlet.sim.history;

import org.jspecify.annotations.Nullable;

/**
 * What a correct object does, one operation after another. States are values: immutable, with
 * {@code equals} and {@code hashCode}.
 *
 * @param <S> type of its states
 */
public interface Model<S> {

  /** The state at the beginning. */
  S initial();

  /**
   * What an operation makes of a state.
   *
   * @param operation whose result counts if it is complete; otherwise any result is fine
   * @return the next state; null if a correct object could not have answered so
   */
  @Nullable S apply(S state, Operation operation);

  /**
   * What an operation is about, if operations about different things do not concern one another, as
   * those about different keys of a map: they are then checked apart, which takes much less time.
   *
   * @return the same for all, at first
   */
  default Object partOf(Operation operation) {
    return "";
  }
}
