package dev.loomlet.file;

import dev.loomlet.Loop;
import dev.loomlet.engine.FileHandle;
import dev.loomlet.wait.OnLoop;
import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;

/** A file that is being copied, block by block. */
final class FileCopy {
  /** Bytes copied without a checkpoint and without a word about how far it is. */
  private static final long BLOCK = 16 << 20;

  private final Path source;
  private final Path target;
  private final Progress progress;
  private final List<CopyOption> options;
  private final LinkOption[] links;

  /** Whether what is at the target is this copy, and not somebody else's file. */
  private boolean made;

  FileCopy(Path source, Path target, Progress progress, CopyOption... options) {
    this.source = source;
    this.target = target;
    this.progress = progress;
    this.options = List.of(options);
    for (CopyOption each : options) {
      if (each != StandardCopyOption.REPLACE_EXISTING
          && each != StandardCopyOption.COPY_ATTRIBUTES
          && each != LinkOption.NOFOLLOW_LINKS) {
        throw new UnsupportedOperationException(each + " is not an option of a copy");
      }
    }
    this.links =
        this.options.contains(LinkOption.NOFOLLOW_LINKS)
            ? new LinkOption[] {LinkOption.NOFOLLOW_LINKS}
            : new LinkOption[0];
  }

  void run() throws IOException {
    BasicFileAttributes found = LoopFiles.attributes(source, links);
    if (!found.isRegularFile()) {
      // There is nothing in it to be copied.
      LoopFiles.run(files -> files.copyEmpty(source, target, options.toArray(CopyOption[]::new)));
    } else if (options.contains(StandardCopyOption.REPLACE_EXISTING)) {
      replace();
    } else {
      createNew();
    }
  }

  private void replace() throws IOException {
    if (LoopFiles.call(files -> files.isSymbolicLink(target))) {
      // Not what it stands for.
      LoopFiles.delete(target);
    }
    Replacement replacement = new Replacement(target);
    replacement.run(() -> copyTo(replacement.temporary()));
  }

  private void createNew() throws IOException {
    if (LoopFiles.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    boolean whole = false;
    try {
      copyTo(target);
      whole = true;
    } finally {
      if (made && !whole) {
        Replacement.uncancellably(() -> LoopFiles.deleteIfExists(target));
      }
    }
  }

  private void copyTo(Path to) throws IOException {
    try (OpenFile from = LoopFiles.open(source);
        OpenFile into =
            LoopFiles.open(to, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
      made = true;
      long total = from.size();
      long done = 0;
      while (true) {
        long n = copyBlock(from, into, done, BLOCK);
        if (n < 0) {
          break;
        }
        done += n;
        progress.at(done, Math.max(done, total));
      }
    }
    LoopFiles.run(files -> files.copyPermissions(source, to));
    if (options.contains(StandardCopyOption.COPY_ATTRIBUTES)) {
      LoopFiles.run(files -> files.copyLastModifiedTime(source, to));
    }
  }

  /**
   * Copies a block.
   *
   * @return how many bytes; -1 at the end
   */
  private static long copyBlock(OpenFile from, OpenFile into, long position, long count)
      throws IOException {
    Loop loop = from.loop();
    FileHandle source = from.handle();
    FileHandle target = into.handle();
    return OnLoop.call(loop, () -> source.copyTo(position, target, position, count));
  }
}
