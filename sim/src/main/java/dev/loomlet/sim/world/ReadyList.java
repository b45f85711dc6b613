package dev.loomlet.sim.world;

import dev.loomlet.sched.Step;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Steps in the order in which they became ready, of which any can be taken out. */
final class ReadyList {
  private @Nullable Step[] ring = new @Nullable Step[64];
  private int head;
  private int size;

  int size() {
    return size;
  }

  void add(Step step) {
    if (size == ring.length) {
      grow();
    }
    ring[(head + size) & (ring.length - 1)] = step;
    size++;
  }

  StepInfo info(int index) {
    return (StepInfo) Objects.requireNonNull(get(index).state());
  }

  private Step get(int index) {
    return Objects.requireNonNull(ring[(head + index) & (ring.length - 1)]);
  }

  /** Takes one out; the order of the others stays. */
  Step remove(int index) {
    Step taken = get(index);
    int mask = ring.length - 1;
    if (index < size - 1 - index) {
      for (int i = index; i > 0; i--) {
        ring[(head + i) & mask] = ring[(head + i - 1) & mask];
      }
      ring[head] = null;
      head = (head + 1) & mask;
    } else {
      for (int i = index; i < size - 1; i++) {
        ring[(head + i) & mask] = ring[(head + i + 1) & mask];
      }
      ring[(head + size - 1) & mask] = null;
    }
    size--;
    return taken;
  }

  /** Puts those from an index on into the order in which they were made. */
  void sortFrom(int index) {
    for (int i = index + 1; i < size; i++) {
      for (int k = i; k > index && info(k).serial < info(k - 1).serial; k--) {
        swap(k, k - 1);
      }
    }
  }

  private void swap(int one, int other) {
    int mask = ring.length - 1;
    @Nullable Step kept = ring[(head + one) & mask];
    ring[(head + one) & mask] = ring[(head + other) & mask];
    ring[(head + other) & mask] = kept;
  }

  /** Takes out those of machines that have crashed. */
  void removeDead() {
    for (int i = size - 1; i >= 0; i--) {
      if (!info(i).isAlive()) {
        remove(i);
      }
    }
  }

  private void grow() {
    @Nullable Step[] larger = new @Nullable Step[ring.length * 2];
    for (int i = 0; i < size; i++) {
      larger[i] = ring[(head + i) & (ring.length - 1)];
    }
    ring = larger;
    head = 0;
  }
}
