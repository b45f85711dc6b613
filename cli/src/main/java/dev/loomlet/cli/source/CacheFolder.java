package dev.loomlet.cli.source;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A folder of files that can be made again. Only its owner can look into it, and it is not used if
 * anybody else could write there. Any number of processes may use it at once: a file is written
 * under another name and then renamed, so whoever reads sees all of one version.
 */
final class CacheFolder {
  /** Names another folder, or with {@code off} that nothing is to be kept. */
  static final String VARIABLE = "LOOMLET_CACHE";

  private static final String OFF = "off";
  private static final String UNFINISHED = ".new";
  private static final Duration ABANDONED = Duration.ofHours(1);

  /** Times of use are noted no more often than that. */
  private static final Duration COARSE = Duration.ofHours(12);

  private final Path folder;
  private final int mostFiles;
  private final long mostBytes;

  /**
   * Names a folder, which need not exist.
   *
   * @param mostFiles beyond that, those used longest ago are removed
   * @param mostBytes the same
   */
  CacheFolder(Path folder, int mostFiles, long mostBytes) {
    this.folder = folder;
    this.mostFiles = mostFiles;
    this.mostBytes = mostBytes;
  }

  /** Where the user wants caches, or null for nowhere. */
  static @Nullable Path root() {
    String wanted = System.getenv(VARIABLE);
    if (wanted != null && !wanted.isEmpty()) {
      return wanted.equals(OFF) ? null : Path.of(wanted).toAbsolutePath();
    }
    String caches = System.getenv("XDG_CACHE_HOME");
    Path parent = caches == null || caches.isEmpty() ? null : Path.of(caches);
    // As the specification says: a relative one is to be ignored.
    if (parent == null || !parent.isAbsolute()) {
      parent = Path.of(System.getProperty("user.home", "")).resolve(".cache");
    }
    return parent.isAbsolute() ? parent.resolve("loomlet") : null;
  }

  /** What a file holds, or null if it is not there or not to be trusted. */
  byte @Nullable [] read(String name) {
    Path file = folder.resolve(name);
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (attributes.size() > mostBytes || !isPrivate()) {
        return null;
      }
      byte[] content = Files.readAllBytes(file);
      Instant now = Instant.now();
      if (attributes.lastModifiedTime().toInstant().isBefore(now.minus(COARSE))) {
        Files.setLastModifiedTime(file, FileTime.from(now));
      }
      return content;
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  /** Keeps something, unless it is too large or the folder cannot be written. */
  void write(String name, byte[] content) {
    if (content.length > mostBytes / 4) {
      return;
    }
    Path unfinished = null;
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      if (!isPrivate()) {
        return;
      }
      unfinished = Files.createTempFile(folder, name, UNFINISHED);
      Files.write(unfinished, content);
      Files.move(unfinished, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      trim();
    } catch (IOException | UnsupportedOperationException e) {
      // A full disk, no home, another kind of file system: the next launch is slower, that is all.
      delete(unfinished);
    }
  }

  private boolean isPrivate() throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    String mode = PosixFilePermissions.toString(attributes.permissions());
    return attributes.isDirectory()
        && mode.startsWith("-", 4)
        && mode.startsWith("-", 7)
        && attributes.owner().getName().equals(System.getProperty("user.name"));
  }

  private record Kept(Path file, long size, Instant used) {}

  private void trim() throws IOException {
    List<Kept> all = new ArrayList<>();
    Instant abandoned = Instant.now().minus(ABANDONED);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path each : files) {
        Kept kept = examine(each);
        if (kept == null) {
          continue;
        }
        boolean unfinished = each.toString().endsWith(UNFINISHED);
        if (unfinished && kept.used().isBefore(abandoned)) {
          delete(each);
        } else if (!unfinished) {
          all.add(kept);
        }
      }
    }
    all.sort(Comparator.comparing(Kept::used));
    int files = all.size();
    long bytes = all.stream().mapToLong(Kept::size).sum();
    for (Kept each : all) {
      if (files <= mostFiles && bytes <= mostBytes) {
        break;
      }
      delete(each.file());
      files--;
      bytes -= each.size();
    }
  }

  private static @Nullable Kept examine(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Kept(file, attributes.size(), attributes.lastModifiedTime().toInstant());
    } catch (IOException e) {
      // Another process has removed or renamed it.
      return null;
    }
  }

  private static void delete(@Nullable Path file) {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        // Whoever trims next tries again.
      }
    }
  }
}
