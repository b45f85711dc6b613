package dev.loomlet.net;

import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a socket carries into TLS records.
 *
 * <p>What the socket gives comes in a chunk; the record in work is copied into a {@link
 * RecordBuffer}, where it can be decrypted in place. Neither is held while there is nothing in it,
 * so that a connection that waits for its peer holds at most the part of a record that has come.
 */
final class RecordReader {
  private static final int TEXT_SHOWN = 40;

  private static final int CHANGE_CIPHER_SPEC = 20;
  private static final int APPLICATION_DATA = 23;

  private final StreamSocket socket;
  private final RecordBuffers buffers;

  private @Nullable Chunk chunk;

  /** The record in work: what there is of it lies between 0 and position. */
  private @Nullable RecordBuffer record;

  /** Whether the first header has been looked at. */
  private boolean spokeTls;

  RecordReader(StreamSocket socket, RecordBuffers buffers) {
    this.socket = socket;
    this.buffers = buffers;
  }

  /**
   * Puts together what has come, without waiting.
   *
   * @return the whole record between position and limit, to be given to {@link #done} before the
   *     next call; null if more must be {@linkplain #receive received}
   * @throws SSLException if these are no records
   */
  @Nullable RecordBuffer next() throws SSLException {
    Chunk source = chunk;
    if (source == null) {
      return null;
    }
    RecordBuffer into = record;
    if (into == null) {
      into = buffers.take();
      record = into;
    }
    ByteBuffer from = source.buffer();
    ByteBuffer to = into.buffer;
    if (to.position() < RecordBuffer.HEADER) {
      copy(from, to, RecordBuffer.HEADER);
      if (!spokeTls) {
        refusePlainText(from, to);
      }
    }
    boolean whole = false;
    if (to.position() >= RecordBuffer.HEADER) {
      int length = RecordBuffer.HEADER + (to.getShort(3) & 0xffff);
      if (length > RecordBuffer.LARGEST) {
        throw new SSLException(
            "the other side sent a TLS record of " + length + " bytes: too long");
      }
      copy(from, to, length);
      whole = to.position() == length;
    }
    if (!from.hasRemaining()) {
      chunk = null;
      source.close();
    }
    if (!whole) {
      return null;
    }
    to.flip();
    return into;
  }

  private static void copy(ByteBuffer from, ByteBuffer to, int upTo) {
    int length = Math.min(upTo - to.position(), from.remaining());
    if (length > 0) {
      to.put(to.position(), from, from.position(), length);
      to.position(to.position() + length);
      from.position(from.position() + length);
    }
  }

  /** Whoever does not speak TLS had better be told so than that a record is wrong. */
  private void refusePlainText(ByteBuffer rest, ByteBuffer start) throws SSLHandshakeException {
    int length = start.position();
    if (length == 0) {
      return;
    }
    int type = start.get(0) & 0xff;
    boolean fits =
        type >= CHANGE_CIPHER_SPEC && type <= APPLICATION_DATA && (length < 2 || start.get(1) == 3);
    if (!fits) {
      byte[] begin = new byte[Math.min(TEXT_SHOWN, length + rest.remaining())];
      start.get(0, begin, 0, Math.min(length, begin.length));
      if (begin.length > length) {
        rest.get(rest.position(), begin, length, begin.length - length);
      }
      throw new SSLHandshakeException(
          "the other side does not speak TLS: it began with \"" + printable(begin) + "\"");
    }
    spokeTls = length >= 2;
  }

  private static String printable(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (char each : new String(bytes, StandardCharsets.ISO_8859_1).toCharArray()) {
      switch (each) {
        case '\r' -> text.append("\\r");
        case '\n' -> text.append("\\n");
        default -> text.append(each >= ' ' && each < 127 ? each : '.');
      }
    }
    return text.toString();
  }

  /** Takes back what {@link #next} returned. */
  void done(RecordBuffer whole) {
    record = null;
    buffers.give(whole);
  }

  /** Leaves what {@link #next} returned to the caller, who gives it back to the pool. */
  void handOver() {
    record = null;
  }

  /**
   * Waits for more; when {@link #next} had nothing left.
   *
   * @return false at the end of the stream
   */
  boolean receive(long timeoutNanos) throws IOException {
    Chunk received = socket.receive(timeoutNanos);
    chunk = received;
    return received != null;
  }

  /** Whether nothing has come since the last whole record. */
  boolean isBetweenRecords() {
    return record == null;
  }

  /** Gives back what is held; nothing more will be asked for. On the loop's thread. */
  void release() {
    Chunk held = chunk;
    if (held != null) {
      chunk = null;
      held.close();
    }
    RecordBuffer part = record;
    if (part != null) {
      record = null;
      buffers.give(part);
    }
  }
}
