package dev.loomlet.io;

import dev.loomlet.engine.Chunk;
import java.io.IOException;
import java.util.function.LongConsumer;

/** What is done with whole streams. */
public final class Streams {
  private Streams() {}

  /**
   * Copies everything from a source to a sink; Go's {@code io.Copy}. Waits. A sink that is slow
   * slows down the source: nothing is read before what was read is written.
   *
   * @return how many bytes
   * @throws dev.loomlet.Cancelled if the caller is cancelled; the piece that was on its way may be
   *     lost
   */
  public static long copy(ByteSource source, ByteSink sink) throws IOException {
    return copy(source, sink, _ -> {});
  }

  /**
   * As {@link #copy(ByteSource, ByteSink)}, and tells how far it has got.
   *
   * @param progress gets the number of bytes so far after each piece; in the calling greenlet
   */
  public static long copy(ByteSource source, ByteSink sink, LongConsumer progress)
      throws IOException {
    long copied = 0;
    ByteSource from = source;
    if (source instanceof StreamReader reader) {
      byte[] first = reader.takeBuffered();
      if (first.length > 0) {
        sink.write(first);
        copied += first.length;
        progress.accept(copied);
      }
      from = reader.source();
    }
    return from.loop().isCurrent()
        ? copyByChunks(from, sink, copied, progress)
        : copyByArray(from, sink, copied, progress);
  }

  @SuppressWarnings("BadInstanceof") // the idiom of receive(): null at the end
  private static long copyByChunks(
      ByteSource source, ByteSink sink, long before, LongConsumer progress) throws IOException {
    long copied = before;
    while (source.receive() instanceof Chunk chunk) {
      try (chunk) {
        copied += chunk.length();
        sink.write(chunk);
      }
      progress.accept(copied);
    }
    return copied;
  }

  private static long copyByArray(
      ByteSource source, ByteSink sink, long before, LongConsumer progress) throws IOException {
    long copied = before;
    byte[] buffer = new byte[Chunk.CAPACITY];
    for (int n; (n = source.read(buffer)) >= 0; ) {
      sink.write(buffer, 0, n);
      copied += n;
      progress.accept(copied);
    }
    return copied;
  }
}
