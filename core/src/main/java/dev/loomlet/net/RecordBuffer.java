package dev.loomlet.net;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Room for one TLS record, lent by {@link RecordBuffers}. On the heap, where the JDK's ciphers work
 * in place; elsewhere they copy.
 */
final class RecordBuffer {
  /** A record's type, version and length. */
  static final int HEADER = 5;

  /** The largest record that the JDK's engine makes or takes without asking for more room. */
  static final int LARGEST = 16_709;

  /** Room for the largest record, in whole KiB. */
  static final int SIZE = 17 * 1024;

  final byte[] array = new byte[SIZE];
  final ByteBuffer buffer = ByteBuffer.wrap(array);
  final MemorySegment segment = MemorySegment.ofArray(array);

  /** The one below in the stack of those that are free. */
  @Nullable RecordBuffer below;
}
