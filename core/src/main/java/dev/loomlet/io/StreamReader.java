package dev.loomlet.io;

import dev.loomlet.Loop;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.ChunkPool;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines, frames and other pieces from a {@link ByteSource}; asyncio's {@code StreamReader}.
 *
 * {@snippet :
 * StreamReader reader = new StreamReader(stream);
 * while (reader.readLine() instanceof String line) {
 *   answer(line);
 * }
 * }
 *
 * <p>A piece is taken whole or not at all: whoever is cancelled, times out, or gets a {@link
 * TooLongException} or an {@link EOFException} has taken nothing, and may go on with another
 * method. What the source has given beyond the piece stays here for the next call, so read from the
 * source through this object only. It is a source itself, for code that goes on with the rest.
 *
 * <p>Every piece has a limit, so that no peer can fill the memory: at most a limit and one chunk
 * are held. An idle reader holds up to 1 KiB. One greenlet may use it at a time. From another loop
 * or thread it works as far as its source does.
 */
public final class StreamReader implements ByteSource {
  /** The limit for lines without one of their own: 64 KiB. */
  public static final int DEFAULT_LIMIT = 64 * 1024;

  private static final byte[] EMPTY = {};

  /** The longest array that every JVM can have. */
  private static final int LARGEST_BUFFER = Integer.MAX_VALUE - 8;

  /** Larger buffers are given up when they are empty. */
  private static final int KEPT = 1024;

  private final ByteSource source;

  /** What was read and not taken lies between start and end. */
  private byte[] buffer = EMPTY;

  private int start;
  private int end;

  private @Nullable ChunkPool chunks;

  /**
   * Creates a reader.
   *
   * @param source closed with this
   */
  public StreamReader(ByteSource source) {
    this.source = Objects.requireNonNull(source);
  }

  /** Where the bytes come from. */
  public ByteSource source() {
    return source;
  }

  /** How many bytes are here that nobody has taken yet. */
  public int buffered() {
    return end - start;
  }

  /** Takes what is here, without waiting; for code that goes on with the source itself. */
  public byte[] takeBuffered() {
    return take(buffered());
  }

  // Pieces.

  /** Reads a line of UTF-8 of at most 64 KiB; see {@link #readLine(int, Charset)}. */
  public @Nullable String readLine() throws IOException {
    return readLine(DEFAULT_LIMIT, StandardCharsets.UTF_8);
  }

  /** Reads a line of UTF-8; see {@link #readLine(int, Charset)}. */
  public @Nullable String readLine(int limit) throws IOException {
    return readLine(limit, StandardCharsets.UTF_8);
  }

  /**
   * Reads up to a line feed, which is left out, as is a carriage return before it. The last line
   * need not have one. Waits.
   *
   * @param limit how many bytes it may have without its end
   * @param charset one in which a line feed is the byte 10; what is malformed is replaced
   * @return null at the end of the stream
   * @throws TooLongException if the line is longer; nothing was taken
   */
  public @Nullable String readLine(int limit, Charset charset) throws IOException {
    requireLimit(limit);
    int seen = 0;
    while (true) {
      int feed = indexOf((byte) '\n', seen);
      int length = feed < 0 ? buffered() : feed;
      boolean carriage = length > 0 && buffer[start + length - 1] == '\r';
      // A carriage return at the very end may turn out to belong to the line's end.
      if (length - (carriage ? 1 : 0) > limit) {
        throw new TooLongException(
            "a line is longer than "
                + limit
                + " bytes; nothing of it was taken: read it with a larger limit, or skip to its"
                + " end");
      }
      if (feed >= 0) {
        String line = new String(buffer, start, length - (carriage ? 1 : 0), charset);
        drop(feed + 1);
        return line;
      }
      seen = buffered();
      if (!fill(1)) {
        if (length == 0) {
          return null;
        }
        String line = new String(buffer, start, length, charset);
        drop(length);
        return line;
      }
    }
  }

  /**
   * The lines that follow, each read when it is asked for; see {@link #readLine()}. An {@code
   * IOException} comes as an {@code UncheckedIOException}.
   */
  public Stream<String> lines() {
    return lines(DEFAULT_LIMIT, StandardCharsets.UTF_8);
  }

  /** The lines that follow; see {@link #lines()} and {@link #readLine(int, Charset)}. */
  public Stream<String> lines(int limit, Charset charset) {
    requireLimit(limit);
    return Stream.generate(() -> nextLine(limit, charset))
        .takeWhile(Objects::nonNull)
        .map(Objects::requireNonNull);
  }

  private @Nullable String nextLine(int limit, Charset charset) {
    try {
      return readLine(limit, charset);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /**
   * Reads up to a delimiter, which is part of the result. Waits.
   *
   * @param delimiter at least one byte
   * @param limit how many bytes there may be, the delimiter included
   * @throws TooLongException if there is no delimiter up to there; nothing was taken
   * @throws EOFException if the stream ends before; nothing was taken
   */
  public byte[] readUntil(byte[] delimiter, int limit) throws IOException {
    if (delimiter.length == 0) {
      throw new IllegalArgumentException("the delimiter must have at least one byte");
    }
    requireLimit(limit);
    int from = 0;
    while (true) {
      int at = indexOf(delimiter, from);
      if (at >= 0 && at + delimiter.length <= limit) {
        return take(at + delimiter.length);
      }
      if (at >= 0 || buffered() >= limit) {
        throw new TooLongException(
            "the delimiter did not come within "
                + limit
                + " bytes; nothing was taken: read with a larger limit, or skip");
      }
      from = Math.max(0, buffered() - delimiter.length + 1);
      if (!fill(1)) {
        throw new EOFException(
            "the stream ended after " + buffered() + " bytes without the delimiter");
      }
    }
  }

  /**
   * Reads a number of bytes. Waits.
   *
   * @param length 0 or more; memory is taken only for what comes
   * @throws EOFException if the stream ends before, with how many came; nothing was taken
   */
  public byte[] readExactly(int length) throws IOException {
    if (length < 0) {
      throw new IllegalArgumentException("the length must be 0 or more, not " + length);
    }
    await(length);
    return take(length);
  }

  /**
   * Reads a frame behind its length. Waits.
   *
   * @param limit how long it may be; checked before any memory is taken for it
   * @return null if the stream ends before the first byte of the length
   * @throws TooLongException if it is longer; nothing was taken, not even the length
   * @throws EOFException if the stream ends within it; nothing was taken
   */
  public byte @Nullable [] readFrame(LengthPrefix prefix, int limit) throws IOException {
    requireLimit(limit);
    int size;
    while ((size = prefix.sizeOf(buffer, start, buffered())) == 0 || buffered() < size) {
      if (!fill(1)) {
        if (buffered() == 0) {
          return null;
        }
        throw new EOFException(
            "the stream ended within the length of a frame, after " + buffered() + " bytes");
      }
    }
    long length = prefix.decode(buffer, start, size);
    // With its length it must fit into the buffer.
    int most = Math.min(limit, LARGEST_BUFFER - size);
    if (length < 0 || length > most) {
      throw new TooLongException(
          "a frame of "
              + Long.toUnsignedString(length)
              + " bytes is announced, but the limit is "
              + most
              + "; nothing was taken");
    }
    await(size + (int) length);
    drop(size);
    return take((int) length);
  }

  /**
   * Looks at what comes next, without taking it. Waits until there is enough, or the end.
   *
   * @param length how much at most
   * @return fewer bytes only at the end of the stream
   */
  public byte[] peek(int length) throws IOException {
    requireLimit(length);
    while (buffered() < length && fill(length - buffered())) {
      // More.
    }
    return Arrays.copyOfRange(buffer, start, start + Math.min(length, buffered()));
  }

  /**
   * Leaves out bytes. Waits.
   *
   * @param length 0 or more
   * @return how many; fewer only at the end of the stream. What was left out before a cancellation
   *     is gone.
   * @throws IllegalArgumentException if the length is negative
   */
  public long skip(long length) throws IOException {
    if (length < 0) {
      throw new IllegalArgumentException("the length must be 0 or more, not " + length);
    }
    long left = length;
    while (left > 0) {
      int n = (int) Math.min(left, buffered());
      drop(n);
      left -= n;
      if (left > 0 && !fill(1)) {
        break;
      }
    }
    return length - left;
  }

  /**
   * Reads all that follows. Waits.
   *
   * @param limit how much that may be
   * @throws TooLongException if there is more; nothing was taken
   */
  public byte[] readToEnd(int limit) throws IOException {
    requireLimit(limit);
    do {
      if (buffered() > limit) {
        throw new TooLongException(
            "the stream has more than " + limit + " bytes left; nothing was taken");
      }
    } while (fill(1));
    return takeBuffered();
  }

  // As a source.

  @Override
  public int read(MemorySegment target) throws IOException {
    if (buffered() == 0) {
      return source.read(target);
    }
    int n = (int) Math.min(target.byteSize(), buffered());
    MemorySegment.copy(buffer, start, target, ValueLayout.JAVA_BYTE, 0, n);
    drop(n);
    return n;
  }

  @Override
  public @Nullable Chunk receive() throws IOException {
    if (buffered() == 0) {
      return source.receive();
    }
    if (!loop().isCurrent()) {
      throw new IllegalStateException(
          "receive lends a buffer of " + loop() + " and works in its greenlets only; use read");
    }
    ChunkPool pool = chunks;
    if (pool == null) {
      pool = new ChunkPool();
      chunks = pool;
    }
    Chunk chunk = pool.take();
    int n = Math.min(buffered(), Chunk.CAPACITY);
    chunk.buffer().put(buffer, start, n).flip();
    drop(n);
    return chunk;
  }

  @Override
  public void setReadTimeout(@Nullable Duration timeout) {
    source.setReadTimeout(timeout);
  }

  @Override
  public Loop loop() {
    return source.loop();
  }

  @Override
  public boolean isOpen() {
    return source.isOpen();
  }

  @Override
  public void close() {
    source.close();
  }

  @Override
  public String toString() {
    return "StreamReader[" + source + ", " + buffered() + " bytes]";
  }

  // The buffer.

  private static void requireLimit(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("the limit must be 0 or more, not " + limit);
    }
  }

  private int indexOf(byte wanted, int from) {
    for (int i = start + from; i < end; i++) {
      if (buffer[i] == wanted) {
        return i - start;
      }
    }
    return -1;
  }

  private int indexOf(byte[] wanted, int from) {
    for (int i = from; i <= buffered() - wanted.length; i++) {
      int at = start + i;
      if (buffer[at] == wanted[0]
          && Arrays.equals(buffer, at, at + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }

  private void await(int length) throws IOException {
    while (buffered() < length) {
      if (!fill(length - buffered())) {
        throw new EOFException("the stream ended after " + buffered() + " of " + length + " bytes");
      }
    }
  }

  /**
   * Waits for more.
   *
   * @param wanted how much is still missing, as far as that is known
   * @return false at the end of the stream
   */
  private boolean fill(int wanted) throws IOException {
    if (wanted < Chunk.CAPACITY && source.loop().isCurrent()) {
      Chunk chunk = source.receive();
      if (chunk == null) {
        return false;
      }
      try (chunk) {
        int n = chunk.length();
        makeRoom(n);
        chunk.buffer().get(buffer, end, n);
        end += n;
      }
      return true;
    }
    makeRoom(Math.clamp(wanted, KEPT, Chunk.CAPACITY));
    int n = source.read(buffer, end, buffer.length - end);
    end += Math.max(n, 0);
    return n >= 0;
  }

  private void makeRoom(int length) {
    if (buffer.length - end >= length) {
      return;
    }
    int used = buffered();
    int needed = Math.addExact(used, length);
    if (needed <= buffer.length && start >= buffer.length / 2) {
      System.arraycopy(buffer, start, buffer, 0, used);
    } else {
      long doubled = Math.max(needed, Math.min(2L * used, LARGEST_BUFFER));
      byte[] larger = new byte[(int) Math.max(doubled, KEPT)];
      System.arraycopy(buffer, start, larger, 0, used);
      buffer = larger;
    }
    start = 0;
    end = used;
  }

  private byte[] take(int length) {
    byte[] taken = Arrays.copyOfRange(buffer, start, start + length);
    drop(length);
    return taken;
  }

  private void drop(int length) {
    start += length;
    if (start == end) {
      start = 0;
      end = 0;
      if (buffer.length > KEPT) {
        buffer = EMPTY;
      }
    }
  }
}
