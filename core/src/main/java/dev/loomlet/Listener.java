package dev.loomlet;

/**
 * Told once when an {@link Awaitable} has ended, on whatever thread that happens; must not wait.
 */
@FunctionalInterface
interface Listener {

  /** It has ended. */
  void ended(Awaitable<?> source);

  /** Whether an error reaches somebody by way of this listener, so that it is not reported. */
  default boolean takesError() {
    return true;
  }
}
