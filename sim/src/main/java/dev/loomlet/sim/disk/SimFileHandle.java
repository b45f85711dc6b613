package dev.loomlet.sim.disk;

import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.ChunkPool;
import dev.loomlet.engine.FileHandle;
import dev.loomlet.sim.disk.SimFiles.Access;
import dev.loomlet.sim.world.EventKind;
import dev.loomlet.sim.world.Machine;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** An open file of a machine. */
final class SimFileHandle implements FileHandle {
  private final SimFiles files;
  private final Machine machine;
  private final DiskState disk;
  private final Node node;
  private final Path path;
  private final Access access;
  private @Nullable ChunkPool chunks;
  private boolean closed;

  SimFileHandle(
      SimFiles files, Machine machine, DiskState disk, Node node, Path path, Access access) {
    this.files = files;
    this.machine = machine;
    this.disk = disk;
    this.node = node;
    this.path = path;
    this.access = access;
  }

  @Override
  public Path path() {
    return path;
  }

  private void begin() throws IOException {
    requireOpen();
    files.take(disk, disk.latency, path);
    requireOpen();
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the file " + path + " is closed");
    }
  }

  private void requireReading() throws IOException {
    if (!access.reads()) {
      throw new NonReadableChannelException();
    }
    if (node.directory) {
      throw new FileSystemException(path.toString(), null, "is a directory");
    }
  }

  private void requireWriting() {
    if (!access.writes()) {
      throw new NonWritableChannelException();
    }
  }

  @Override
  public int read(MemorySegment target, long offset, int length, long position) throws IOException {
    requireReading();
    begin();
    if (position >= node.content.size()) {
      return -1;
    }
    return node.content.read(target, offset, length, position);
  }

  @Override
  public @Nullable Chunk receive(long position) throws IOException {
    requireReading();
    begin();
    if (position >= node.content.size()) {
      return null;
    }
    if (chunks == null) {
      chunks = new ChunkPool();
    }
    Chunk chunk = chunks.take();
    int n = node.content.read(MemorySegment.ofBuffer(chunk.buffer()), 0, Chunk.CAPACITY, position);
    chunk.buffer().limit(n);
    return chunk;
  }

  @Override
  public int write(MemorySegment source, long offset, int length, long position)
      throws IOException {
    requireWriting();
    begin();
    int size = node.content.size();
    int where = position == AT_END ? size : Math.toIntExact(position);
    files.require(disk, Math.max(0, where + (long) length - size), path);
    byte[] data = new byte[length];
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, data, 0, length);
    node.write(data, where);
    node.modifiedMillis = files.nowMillis();
    files.trace(EventKind.WRITE, machine, length, path);
    if (access.syncs()) {
      node.sync();
    }
    return length;
  }

  @Override
  public void sync(boolean metadata) throws IOException {
    requireOpen();
    try {
      files.take(disk, disk.syncLatency, path);
    } catch (FileSystemException e) {
      node.loseInSilence();
      throw e;
    }
    requireOpen();
    if (node.directory) {
      disk.syncNames(node);
    } else {
      node.sync();
    }
    files.trace(EventKind.SYNC, machine, 0, path);
  }

  @Override
  public long size() throws IOException {
    begin();
    return node.content.size();
  }

  @Override
  public void truncate(long size) throws IOException {
    requireWriting();
    begin();
    files.require(disk, Math.max(0, size - node.content.size()), path);
    node.resize(Math.toIntExact(size));
  }

  @Override
  public long copyTo(long position, FileHandle target, long targetPosition, long count)
      throws IOException {
    byte[] block = new byte[(int) Math.min(count, Chunk.CAPACITY)];
    MemorySegment segment = MemorySegment.ofArray(block);
    int n = read(segment, 0, block.length, position);
    return n < 0 ? -1 : target.write(segment, 0, n, targetPosition);
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    closed = true;
    files.openOf(machine).remove(this);
  }

  @Override
  public String toString() {
    return "the file " + path;
  }
}
