package dev.loomlet.sched;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Steps by a key, the least first; those of equal keys in the order in which they came. */
final class StepHeap {
  private static final int INITIAL_CAPACITY = 64;

  private @Nullable Step[] steps = new @Nullable Step[INITIAL_CAPACITY];
  private long[] keys = new long[INITIAL_CAPACITY];

  /** Tells equal keys apart. */
  private long[] arrivals = new long[INITIAL_CAPACITY];

  private int size;
  private long arrived;

  int size() {
    return size;
  }

  /** The least key; only if there is one. */
  long leastKey() {
    return keys[0];
  }

  void add(Step step, long key) {
    if (size == steps.length) {
      steps = Arrays.copyOf(steps, 2 * size);
      keys = Arrays.copyOf(keys, 2 * size);
      arrivals = Arrays.copyOf(arrivals, 2 * size);
    }
    // It comes last among its equals, so only greater keys make way.
    int place = size++;
    while (place > 0) {
      int parent = (place - 1) >>> 1;
      if (keys[parent] <= key) {
        break;
      }
      move(parent, place);
      place = parent;
    }
    put(place, step, key, arrived++);
  }

  @Nullable Step poll() {
    if (size == 0) {
      return null;
    }
    Step first = steps[0];
    size--;
    Step last = steps[size];
    steps[size] = null;
    if (size > 0 && last != null) {
      sink(last, keys[size], arrivals[size]);
    }
    return first;
  }

  private void sink(Step step, long key, long arrival) {
    int place = 0;
    while (true) {
      int child = 2 * place + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && isBefore(keys[child + 1], arrivals[child + 1], child)) {
        child++;
      }
      if (!(keys[child] < key || (keys[child] == key && arrivals[child] < arrival))) {
        break;
      }
      move(child, place);
      place = child;
    }
    put(place, step, key, arrival);
  }

  private boolean isBefore(long key, long arrival, int other) {
    return key < keys[other] || (key == keys[other] && arrival < arrivals[other]);
  }

  private void move(int from, int to) {
    steps[to] = steps[from];
    keys[to] = keys[from];
    arrivals[to] = arrivals[from];
  }

  private void put(int place, Step step, long key, long arrival) {
    steps[place] = step;
    keys[place] = key;
    arrivals[place] = arrival;
  }
}
