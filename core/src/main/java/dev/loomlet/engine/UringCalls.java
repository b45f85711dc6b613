package dev.loomlet.engine;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The calls that the kernel is doing, by what their submissions carry. */
final class UringCalls {
  private @Nullable UringCall[] entries = new @Nullable UringCall[16];
  private int[] freeIndexes = new int[16];
  private int freeCount;
  private int nextIndex;
  private int generation;
  private int size;

  /** Adds a call that is about to be submitted. */
  void add(UringCall call) {
    int index = freeCount > 0 ? freeIndexes[--freeCount] : nextIndex++;
    if (index == entries.length) {
      entries = Arrays.copyOf(entries, 2 * index);
      freeIndexes = Arrays.copyOf(freeIndexes, 2 * index);
    }
    call.index = index;
    generation = (generation + 1) & Integer.MAX_VALUE;
    call.generation = generation;
    entries[index] = call;
    size++;
  }

  /** What a submission carries: negative, as it is not about a descriptor. */
  static long keyOf(UringCall call) {
    return Long.MIN_VALUE | (long) call.generation << 32 | call.index;
  }

  /** Takes out what is over; null if the key is of an earlier one. */
  @Nullable UringCall remove(long key) {
    int index = (int) key;
    UringCall call = entries[index];
    if (call == null || keyOf(call) != key) {
      return null;
    }
    entries[index] = null;
    freeIndexes[freeCount++] = index;
    size--;
    return call;
  }

  int size() {
    return size;
  }

  /** Has all of them cancelled. */
  void cancelAll(UringEngine engine) {
    for (int i = 0; i < nextIndex; i++) {
      if (entries[i] != null) {
        engine.cancel(Objects.requireNonNull(entries[i]));
      }
    }
  }
}
