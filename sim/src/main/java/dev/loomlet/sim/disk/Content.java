package dev.loomlet.sim.disk;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Bytes that grow. */
final class Content {
  private byte[] bytes = new byte[0];
  private int size;

  int size() {
    return size;
  }

  byte[] bytes() {
    return bytes;
  }

  int read(MemorySegment target, long offset, int length, long position) {
    int n = (int) Math.min(length, size - position);
    MemorySegment.copy(bytes, (int) position, target, ValueLayout.JAVA_BYTE, offset, n);
    return n;
  }

  void write(byte[] data, int from, int length, int position) {
    resize(Math.max(size, position + length));
    System.arraycopy(data, from, bytes, position, length);
  }

  /** Cuts it off, or adds zeros. */
  void resize(int newSize) {
    if (newSize > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(newSize, Math.max(64, bytes.length * 2)));
    } else if (newSize < size) {
      Arrays.fill(bytes, newSize, size, (byte) 0);
    }
    size = newSize;
  }

  void copyOf(Content other) {
    bytes = Arrays.copyOf(other.bytes, other.size);
    size = other.size;
  }
}
