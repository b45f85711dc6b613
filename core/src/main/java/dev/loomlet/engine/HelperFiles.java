package dev.loomlet.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files by helper threads and {@code java.nio.file}: works on every system and file system. Engines
 * that can do some of it better override that.
 */
class HelperFiles implements FileOperations {
  final EngineContext context;
  final Readiness.Progress progress;
  final ChunkPool chunks;
  private final Set<FileHandle> open = Collections.newSetFromMap(new IdentityHashMap<>());

  HelperFiles(EngineContext context, Readiness.Progress progress, ChunkPool chunks) {
    this.context = context;
    this.progress = progress;
    this.chunks = chunks;
  }

  @Override
  public FileHandle open(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    FileChannel channel =
        call(
            () -> {
              try {
                refuseUnseekable(path);
                return FileChannel.open(path, options, attributes);
              } catch (IOException e) {
                throw FileFailure.clearer(path, e);
              }
            });
    return remember(new ChannelFileHandle(this, path, channel));
  }

  /** To open a FIFO would hold up a helper thread until somebody opens the other end. */
  private static void refuseUnseekable(Path path) throws IOException {
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (IOException e) {
      // It does not exist, or opening it will say what is wrong.
      return;
    }
    if (found.isOther() && !path.startsWith("/dev")) {
      throw FileFailure.unseekable(path);
    }
  }

  /** Has a file closed with the engine. */
  final <H extends FileHandle> H remember(H handle) {
    open.add(handle);
    return handle;
  }

  /** A file is closed. */
  final void forget(FileHandle handle) {
    open.remove(handle);
  }

  @Override
  public <A extends BasicFileAttributes> A attributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return call(() -> Files.readAttributes(path, type, options));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    call(() -> Files.move(source, target, options));
  }

  @Override
  public void delete(Path path) throws IOException {
    call(
        () -> {
          Files.delete(path);
          return null;
        });
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    call(() -> Files.createDirectory(directory, attributes));
  }

  @Override
  public <T extends @Nullable Object> T call(Work<T> work) throws IOException {
    context.checkCancelled();
    progress.reset();
    return HelperThreads.callUncancellably(this, work);
  }

  /** Closes what is still open. The loop does not run any more. */
  void close() {
    for (FileHandle each : new ArrayList<>(open)) {
      each.close();
    }
  }

  @Override
  public String toString() {
    return "a file operation";
  }
}
