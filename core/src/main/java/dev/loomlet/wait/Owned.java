package dev.loomlet.wait;

import org.jspecify.annotations.Nullable;

/**
 * Something that one thread has and others wait for. It is the blocker of those who wait, so that
 * whoever looks for deadlocks gets from a waiting thread to the one it waits for.
 */
public interface Owned {

  /**
   * Who has it. Any thread; does not wait. What is read may be over when it is looked at: only an
   * owner who waits himself stays one.
   *
   * @return the thread, which is a greenlet's or any other; null if nobody has it, or while it
   *     changes hands
   */
  @Nullable Thread owner();
}
