package dev.loomlet.queue;

import dev.loomlet.wait.Guard;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * First in first out, or last in first out: a ring that doubles when it is full and never shrinks.
 */
final class RingStorage<E> extends Storage<E> {
  private static final int INITIAL_CAPACITY = 16;

  private final boolean lastFirst;
  private @Nullable Object[] ring = new @Nullable Object[INITIAL_CAPACITY];
  private int head;

  /**
   * Creates an empty one.
   *
   * @param lastFirst whether what came last goes first
   */
  RingStorage(boolean lastFirst) {
    this.lastFirst = lastFirst;
  }

  private int index(int position) {
    return (head + position) & (ring.length - 1);
  }

  @Override
  void add(E element, @Nullable Object plan) {
    if (size == ring.length) {
      grow();
    }
    ring[index(size)] = element;
    size++;
  }

  private void grow() {
    @Nullable Object[] larger = new @Nullable Object[ring.length * 2];
    int untilEnd = ring.length - head;
    System.arraycopy(ring, head, larger, 0, untilEnd);
    System.arraycopy(ring, 0, larger, untilEnd, head);
    ring = larger;
    head = 0;
  }

  @SuppressWarnings("unchecked")
  private E at(int index) {
    return (E) Objects.requireNonNull(ring[index]);
  }

  @Override
  E first() {
    return at(lastFirst ? index(size - 1) : head);
  }

  @Override
  E removeFirst(@Nullable Object plan) {
    int index = lastFirst ? index(size - 1) : head;
    E first = at(index);
    ring[index] = null;
    if (!lastFirst) {
      head = index(1);
    }
    size--;
    return first;
  }

  @Override
  boolean removeSame(Object element, @Nullable Object plan) {
    for (int i = 0; i < size; i++) {
      int position = lastFirst ? size - 1 - i : i;
      if (ring[index(position)] == element) {
        for (int behind = position + 1; behind < size; behind++) {
          ring[index(behind - 1)] = ring[index(behind)];
        }
        size--;
        ring[index(size)] = null;
        return true;
      }
    }
    return false;
  }

  @Override
  void clear() {
    for (int i = 0; i < size; i++) {
      ring[index(i)] = null;
    }
    size = 0;
    head = 0;
  }

  @Override
  Object[] snapshot(Guard guard) {
    int room = size;
    while (true) {
      Object[] copy = new Object[room];
      guard.lock();
      int count = size;
      if (count <= room) {
        for (int i = 0; i < count; i++) {
          copy[i] = at(index(lastFirst ? count - 1 - i : i));
        }
      }
      guard.unlock();
      if (count == room) {
        return copy;
      }
      if (count < room) {
        return Arrays.copyOf(copy, count);
      }
      room = count + (count >> 2);
    }
  }
}
