package dev.loomlet.linux;

import org.jspecify.annotations.Nullable;

/**
 * Buffers that the kernel may take to receive into (IORING_REGISTER_PBUF_RING), first in, first
 * out. Whoever adds a buffer gives it away, until a completion names it.
 */
public final class BufferRing {
  private static final int ENTRY_SIZE = 16;
  private static final int TAIL_OFFSET = 14;

  private final long entries;
  private final int mask;
  private final int group;
  private short tail;

  private record Memory(long address, long size) implements Runnable {
    @Override
    public void run() {
      RingCalls.unmap(address, size);
    }
  }

  private BufferRing(long entries, int count, int group) {
    this.entries = entries;
    this.mask = count - 1;
    this.group = group;
    Ring.CLEANER.register(this, new Memory(entries, (long) count * ENTRY_SIZE));
  }

  static @Nullable BufferRing register(RingCalls calls, int ring, int group, int count) {
    long size = (long) count * ENTRY_SIZE;
    long entries = calls.mapFresh(size);
    if (entries < 0) {
      return null;
    }
    long registration = calls.mapFresh(64);
    if (registration < 0) {
      RingCalls.unmap(entries, size);
      return null;
    }
    NativeMemory.putLong(registration, entries);
    NativeMemory.putInt(registration + 8, count);
    NativeMemory.putInt(registration + 12, group & 0xffff);
    int result = calls.register(ring, Ring.REGISTER_PBUF_RING, registration, 1);
    RingCalls.unmap(registration, 64);
    if (result < 0) {
      RingCalls.unmap(entries, size);
      return null;
    }
    return new BufferRing(entries, count, group);
  }

  /** How many buffers it can hold. */
  public int capacity() {
    return mask + 1;
  }

  /** Its number. */
  public int group() {
    return group;
  }

  /**
   * Adds a buffer; {@link #publish} shows it to the kernel. The caller sees to it that no more than
   * {@link #capacity} are in it.
   *
   * @param id 0 to 65,535: what a completion will name
   */
  public void add(long address, int length, int id) {
    long entry = entries + (long) (tail & mask) * ENTRY_SIZE;
    NativeMemory.putLong(entry, address);
    NativeMemory.putInt(entry + 8, length);
    NativeMemory.putShort(entry + 12, (short) id);
    tail++;
  }

  /** Lets the kernel have what was added. */
  public void publish() {
    NativeMemory.putShortRelease(entries + TAIL_OFFSET, tail);
  }
}
