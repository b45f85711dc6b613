package dev.loomlet;

import org.jspecify.annotations.Nullable;

/**
 * Keeps a stack from pausing inside of a cancel scope that its own code has entered. The scope
 * would go on for whoever runs next: its deadline would cancel somebody else's waits, and scopes
 * would no longer be left in the order in which they were entered.
 */
final class PauseInScope {
  private PauseInScope() {}

  /** Where the calling greenlet notes its scopes, or null outside of greenlets. */
  static @Nullable GreenletTask task() {
    Greenlet<?> greenlet = Greenlet.current();
    return greenlet == null ? null : greenlet.task();
  }

  /** The innermost scope of the calling greenlet, or null if there is none. */
  static @Nullable CancelScope innermost(@Nullable GreenletTask own) {
    return own == null ? null : own.scope();
  }

  /**
   * Makes sure that the code has left every scope that it has entered.
   *
   * @param own the calling greenlet's {@link #task}
   * @param before the innermost one when it began
   * @param what it is about to do, for the message
   */
  static void refuse(@Nullable GreenletTask own, @Nullable CancelScope before, String what) {
    if (innermost(own) != before) {
      throw new IllegalStateException(
          what
              + " inside of a cancel scope, time-out or task group that it has entered itself, for"
              + " that would hold for its caller; leave it first, or put it around the caller");
    }
  }
}
