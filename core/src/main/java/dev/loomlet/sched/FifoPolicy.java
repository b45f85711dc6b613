package dev.loomlet.sched;

import org.jspecify.annotations.Nullable;

/**
 * First in, first out (first come, first served): a ring.
 *
 * <p><b>Starvation:</b> none; nobody waits for more than one step of each other ready greenlet. But
 * short steps wait behind long ones. <b>Cost:</b> O(1), and the reference for all others.
 */
public final class FifoPolicy extends Ring implements Policy {
  private static final int INITIAL_CAPACITY = 256;

  /** Creates an empty queue. */
  public FifoPolicy() {
    super(INITIAL_CAPACITY);
  }

  @Override
  public void add(Runnable continuation) {
    addLast(continuation);
  }

  @Override
  public @Nullable Runnable next() {
    return pollFirst();
  }

  @Override
  public int size() {
    return count();
  }
}
