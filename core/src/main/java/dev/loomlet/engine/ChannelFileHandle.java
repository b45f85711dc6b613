package dev.loomlet.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A file by the JDK's channel, which blocks a helper thread. */
final class ChannelFileHandle extends HelperFileHandle {
  private final FileChannel channel;

  ChannelFileHandle(HelperFiles files, Path path, FileChannel channel) {
    super(files, path);
    this.channel = channel;
  }

  @Override
  int readBlocking(MemorySegment target, long position) throws IOException {
    return channel.read(target.asByteBuffer(), position);
  }

  @Override
  int writeBlocking(MemorySegment source, long position) throws IOException {
    ByteBuffer buffer = source.asByteBuffer();
    return position == AT_END ? channel.write(buffer) : channel.write(buffer, position);
  }

  @Override
  public void sync(boolean metadata) throws IOException {
    begin();
    onHelper(
        () -> {
          channel.force(metadata);
          return null;
        });
  }

  @Override
  public long size() throws IOException {
    begin();
    return onHelper(channel::size);
  }

  @Override
  public void truncate(long size) throws IOException {
    begin();
    onHelper(
        () -> {
          long before = channel.size();
          if (size > before) {
            // The channel's own truncate only cuts off.
            channel.write(ByteBuffer.allocate(1), size - 1);
          } else {
            channel.truncate(size);
          }
          return null;
        });
  }

  @Override
  public long copyTo(long position, FileHandle target, long targetPosition, long count)
      throws IOException {
    if (!(target instanceof ChannelFileHandle other)) {
      return super.copyTo(position, target, targetPosition, count);
    }
    begin();
    int block = (int) Math.min(count, BLOCK);
    return onHelperWith(other, () -> copyBlocking(position, other.channel, targetPosition, block));
  }

  private long copyBlocking(long position, FileChannel target, long targetPosition, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    int n = channel.read(buffer, position);
    buffer.flip();
    while (buffer.hasRemaining()) {
      target.write(buffer, targetPosition + buffer.position());
    }
    return n;
  }

  /**
   * Sends what a channel that does not block has room for; on a helper thread.
   *
   * @return how many bytes, perhaps none; -1 if this file ends at the position
   */
  long sendBlocking(WritableByteChannel target, long position, long count) throws IOException {
    long n;
    try {
      n = channel.transferTo(position, Math.min(count, BLOCK), target);
    } catch (NonReadableChannelException e) {
      throw FileFailure.notOpenedForThat(path(), e);
    }
    return n == 0 && position >= channel.size() ? -1 : n;
  }

  @Override
  void free() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + this, e);
    }
  }
}
