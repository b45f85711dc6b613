package dev.loomlet.process;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Bytes on their way from one side to another, in shared memory that is written round and round.
 * Two positions only grow: up to where was written, up to where was read. Who writes publishes the
 * first after the bytes, who reads the second; each side is one at a time. Positions of numbers are
 * multiples of 4, and so is the size.
 */
final class ByteRing {
  /** Besides the bytes. */
  static final int HEADER = 384;

  private static final int WRITTEN = 0;
  private static final int READ = 128;
  private static final int DATA_WAKE = 256;
  private static final int SPACE_WAKE = 320;

  private final Words words;
  private final MemorySegment bytes;
  private final int size;

  /** Those wait here who read. */
  final WakeWord data;

  /** Those wait here who write. */
  final WakeWord space;

  ByteRing(Words words, int size) {
    this.words = words;
    this.size = size;
    this.bytes = words.memory().asSlice(HEADER, size);
    this.data = new WakeWord(words, DATA_WAKE);
    this.space = new WakeWord(words, SPACE_WAKE);
  }

  static long aligned(long position) {
    return position + 3 & ~3L;
  }

  int size() {
    return size;
  }

  long written() {
    return words.getLongAcquire(WRITTEN);
  }

  long read() {
    return words.getLongAcquire(READ);
  }

  /** As seen before a sleep: not exchanged with the flag of {@link WakeWord}. */
  boolean hasData() {
    return words.getLong(WRITTEN) != words.getLong(READ);
  }

  /** As seen before a sleep. */
  long free() {
    return size - (words.getLong(WRITTEN) - words.getLong(READ));
  }

  void publishWritten(long position) {
    words.setLongRelease(WRITTEN, position);
  }

  void publishRead(long position) {
    words.setLongRelease(READ, position);
  }

  /**
   * How many bytes there are between two positions.
   *
   * @throws IllegalStateException if that cannot be: somebody else wrote there
   */
  int between(long read, long written) {
    long count = written - read;
    if (count < 0 || count > size) {
      throw new IllegalStateException(
          "shared memory was overwritten: " + written + " bytes written, " + read + " read");
    }
    return (int) count;
  }

  void putInt(long position, int value) {
    bytes.set(ValueLayout.JAVA_INT, at(position), value);
  }

  int getInt(long position) {
    return bytes.get(ValueLayout.JAVA_INT, at(position));
  }

  private long at(long position) {
    return Long.remainderUnsigned(position, size);
  }

  void copyIn(byte[] source, int offset, long position, int count) {
    long at = at(position);
    int first = (int) Math.min(count, size - at);
    MemorySegment.copy(source, offset, bytes, ValueLayout.JAVA_BYTE, at, first);
    MemorySegment.copy(source, offset + first, bytes, ValueLayout.JAVA_BYTE, 0, count - first);
  }

  void copyOut(long position, byte[] target, int offset, int count) {
    long at = at(position);
    int first = (int) Math.min(count, size - at);
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, target, offset, first);
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, target, offset + first, count - first);
  }
}
