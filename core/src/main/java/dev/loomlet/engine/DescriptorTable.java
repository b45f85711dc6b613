package dev.loomlet.engine;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The open descriptors of an engine. Each has an index, which is used again after it is closed, and
 * a generation, by which what the kernel says of an earlier user of the index finds nobody.
 */
final class DescriptorTable {
  private @Nullable LinuxDescriptor[] entries = new @Nullable LinuxDescriptor[64];
  private int[] freeIndexes = new int[64];
  private int freeCount;
  private int nextIndex;
  private int generation;
  private int size;

  void add(LinuxDescriptor descriptor) {
    int index = freeCount > 0 ? freeIndexes[--freeCount] : nextIndex++;
    if (index == entries.length) {
      entries = Arrays.copyOf(entries, entries.length * 2);
    }
    descriptor.index = index;
    // Never negative, which leaves negative keys to engines for uses of their own.
    generation = (generation + 1) & Integer.MAX_VALUE;
    descriptor.generation = generation;
    entries[index] = descriptor;
    size++;
  }

  void remove(LinuxDescriptor descriptor) {
    entries[descriptor.index] = null;
    size--;
    if (freeCount == freeIndexes.length) {
      freeIndexes = Arrays.copyOf(freeIndexes, freeCount * 2);
    }
    freeIndexes[freeCount++] = descriptor.index;
  }

  /** By what the kernel is told to call a descriptor: not negative. */
  static long keyOf(LinuxDescriptor descriptor) {
    return (long) descriptor.generation << 32 | descriptor.index;
  }

  /** The descriptor with a key; null if it was closed. */
  @Nullable LinuxDescriptor find(long key) {
    LinuxDescriptor entry = entries[(int) key];
    return entry == null || entry.generation != (int) (key >>> 32) ? null : entry;
  }

  int size() {
    return size;
  }

  /** Goes through all; what is added meanwhile may be left out. */
  void forEach(Consumer<LinuxDescriptor> action) {
    for (int i = 0; i < nextIndex; i++) {
      LinuxDescriptor entry = entries[i];
      if (entry != null) {
        action.accept(entry);
      }
    }
  }

  void closeAll() {
    forEach(LinuxDescriptor::close);
  }
}
