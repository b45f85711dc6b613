package dev.loomlet.sched;

import org.jspecify.annotations.Nullable;

/**
 * First in, first out: no greenlet waits for more than one step of each other ready greenlet.
 *
 * <p>A ring that doubles when it is full and never shrinks.
 */
public final class FifoPolicy implements Policy {
  private static final int INITIAL_CAPACITY = 256;

  private @Nullable Runnable[] ring = new @Nullable Runnable[INITIAL_CAPACITY];
  private int head;
  private int size;

  /** Creates an empty queue. */
  public FifoPolicy() {}

  @Override
  public void add(Runnable continuation) {
    if (size == ring.length) {
      grow();
    }
    ring[(head + size) & (ring.length - 1)] = continuation;
    size++;
  }

  @Override
  public @Nullable Runnable next() {
    if (size == 0) {
      return null;
    }
    Runnable first = ring[head];
    ring[head] = null;
    head = (head + 1) & (ring.length - 1);
    size--;
    return first;
  }

  @Override
  public int size() {
    return size;
  }

  private void grow() {
    @Nullable Runnable[] larger = new @Nullable Runnable[ring.length * 2];
    int untilEnd = ring.length - head;
    System.arraycopy(ring, head, larger, 0, untilEnd);
    System.arraycopy(ring, 0, larger, untilEnd, head);
    ring = larger;
    head = 0;
  }
}
