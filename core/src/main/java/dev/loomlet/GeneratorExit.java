package dev.loomlet;

import java.io.Serial;

/**
 * Thrown at the {@code yield} where a generator waits when it is {@linkplain Generator#close
 * closed}; Python's {@code GeneratorExit}.
 *
 * <p>It is an {@code Error} so that {@code catch (Exception e)} does not swallow it. Let it pass;
 * clean up in {@code finally}. It has no stack trace, because it is no failure.
 */
public final class GeneratorExit extends Error {
  @Serial private static final long serialVersionUID = 1;

  /** Creates the error. */
  public GeneratorExit() {
    super("the generator is being closed", null, true, false);
  }
}
