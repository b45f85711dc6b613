package dev.loomlet.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * Collects small writes for a {@link ByteSink}, so that they become one system call; the other side
 * of {@link StreamReader}.
 *
 * {@snippet :
 * StreamWriter writer = new StreamWriter(stream);
 * writer.writeLine("250-hello").writeLine("250 SIZE 1000").flush();
 * }
 *
 * <p>What was written is sent when the buffer is full and by {@link #flush}; both wait while the
 * other side is slow. If that is cancelled or fails, a part may have been sent, and nothing can be
 * written any more. One greenlet may use it at a time.
 */
public final class StreamWriter implements AutoCloseable {
  private static final int DEFAULT_SIZE = 8 * 1024;
  private static final byte[] EMPTY = {};

  private final ByteSink sink;
  private final int size;
  private final byte[] prefix = new byte[LengthPrefix.LONGEST];

  /** Taken when there is something in it, and given up when it is sent. */
  private byte[] buffer = EMPTY;

  private int length;
  private boolean broken;

  /** Creates a writer with a buffer of 8 KiB. */
  public StreamWriter(ByteSink sink) {
    this(sink, DEFAULT_SIZE);
  }

  /**
   * Creates a writer.
   *
   * @param sink closed with this
   * @param size how many bytes are collected at most; at least 1
   */
  public StreamWriter(ByteSink sink, int size) {
    if (size < 1) {
      throw new IllegalArgumentException("the size must be at least 1, not " + size);
    }
    this.sink = Objects.requireNonNull(sink);
    this.size = size;
  }

  /** Where the bytes go. */
  public ByteSink sink() {
    return sink;
  }

  /** How many bytes were not sent yet. */
  public int buffered() {
    return length;
  }

  /** Writes a whole array. */
  public StreamWriter write(byte[] source) throws IOException {
    return write(source, 0, source.length);
  }

  /** Writes a part of an array. */
  public StreamWriter write(byte[] source, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, source.length);
    requireWhole();
    if (count > size - length) {
      flush();
    }
    if (count >= size) {
      sendDirectly(source, offset, count);
    } else {
      makeRoom(count);
      System.arraycopy(source, offset, buffer, length, count);
      length += count;
    }
    return this;
  }

  /** Writes a buffer's bytes from its position to its limit, which become equal. */
  public StreamWriter write(ByteBuffer source) throws IOException {
    byte[] bytes = new byte[source.remaining()];
    source.get(bytes);
    return write(bytes);
  }

  /** Writes text in UTF-8. */
  public StreamWriter write(String text) throws IOException {
    return write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes text in UTF-8, and a carriage return and a line feed behind it. */
  public StreamWriter writeLine(String text) throws IOException {
    return write(text + "\r\n");
  }

  /**
   * Writes a frame behind its length.
   *
   * @throws IllegalArgumentException if it is longer than the prefix can say; nothing was written
   */
  public StreamWriter writeFrame(LengthPrefix kind, byte[] frame) throws IOException {
    if (frame.length > kind.largest()) {
      throw new IllegalArgumentException(
          "a frame of "
              + frame.length
              + " bytes is too long for the prefix "
              + kind
              + ", which ends at "
              + kind.largest());
    }
    return write(prefix, 0, kind.encode(frame.length, prefix)).write(frame);
  }

  /** Sends what was collected. Waits. */
  public void flush() throws IOException {
    requireWhole();
    if (length > 0) {
      int count = length;
      length = 0;
      byte[] full = buffer;
      buffer = EMPTY;
      sendDirectly(full, 0, count);
    }
  }

  private void sendDirectly(byte[] source, int offset, int count) throws IOException {
    broken = true;
    sink.write(source, offset, count);
    broken = false;
  }

  private void requireWhole() throws IOException {
    if (broken) {
      throw new IOException(
          "an earlier write was cut short, so that nobody knows what was sent; only closing makes"
              + " sense");
    }
  }

  private void makeRoom(int count) {
    int needed = length + count;
    if (needed > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(size, Math.max(needed, 2 * buffer.length + 64)));
    }
  }

  /** Sends what was collected and closes the sink, also if the sending fails. Waits. */
  @Override
  public void close() throws IOException {
    try (sink) {
      if (!broken && sink.isOpen()) {
        flush();
      }
    }
  }

  @Override
  public String toString() {
    return "StreamWriter[" + sink + ", " + length + " bytes]";
  }
}
