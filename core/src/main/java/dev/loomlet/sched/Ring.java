package dev.loomlet.sched;

import org.jspecify.annotations.Nullable;

/** A queue with two ends that doubles when it is full and never shrinks. */
class Ring {
  private @Nullable Runnable[] ring;
  private int head;
  private int size;

  /** Creates an empty one with room for a power of two. */
  Ring(int capacity) {
    ring = new @Nullable Runnable[capacity];
  }

  final void addLast(Runnable continuation) {
    if (size == ring.length) {
      grow();
    }
    ring[(head + size) & (ring.length - 1)] = continuation;
    size++;
  }

  final void addFirst(Runnable continuation) {
    if (size == ring.length) {
      grow();
    }
    head = (head - 1) & (ring.length - 1);
    ring[head] = continuation;
    size++;
  }

  final @Nullable Runnable pollFirst() {
    if (size == 0) {
      return null;
    }
    Runnable first = ring[head];
    ring[head] = null;
    head = (head + 1) & (ring.length - 1);
    size--;
    return first;
  }

  final int count() {
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
