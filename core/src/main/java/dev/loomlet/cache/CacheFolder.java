package dev.loomlet.cache;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
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
public final class CacheFolder {
  /** Names another folder, or with {@code off} that nothing is to be kept. */
  public static final String VARIABLE = "LOOMLET_CACHE";

  private static final String OFF = "off";
  private static final String UNFINISHED = ".new";
  private static final String CLAIM = ".claim";
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
  public CacheFolder(Path folder, int mostFiles, long mostBytes) {
    this.folder = folder;
    this.mostFiles = mostFiles;
    this.mostBytes = mostBytes;
  }

  /** Where the user wants caches, or null for nowhere. */
  public static @Nullable Path root() {
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

  /**
   * A name for content: FNV-1a of a key. Two keys may have the same one, so the key has to be kept,
   * too, and compared.
   */
  public static String nameOf(String key) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < key.length(); i++) {
      hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
    }
    return Long.toHexString(hash);
  }

  /** What a file holds, or null if it is not there or not to be trusted. */
  public byte @Nullable [] read(String name) {
    Path file = find(name);
    try {
      return file == null || Files.size(file) > mostBytes ? null : Files.readAllBytes(file);
    } catch (IOException e) {
      return null;
    }
  }

  /** Where a file is, or null if it is not there or not to be trusted. */
  public @Nullable Path find(String name) {
    return find(name, true);
  }

  /**
   * As {@link #find(String)}, and does not note the use, for files whose time others rely on: those
   * made longest ago are removed first.
   */
  public @Nullable Path findUntouched(String name) {
    return find(name, false);
  }

  private @Nullable Path find(String name, boolean notes) {
    Path file = folder.resolve(name);
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!isPrivate()) {
        return null;
      }
      Instant now = Instant.now();
      if (notes && attributes.lastModifiedTime().toInstant().isBefore(now.minus(COARSE))) {
        Files.setLastModifiedTime(file, FileTime.from(now));
      }
      return file;
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  /** Keeps something, unless it is too large or the folder cannot be written. */
  public void write(String name, byte[] content) {
    if (content.length > mostBytes / 4) {
      return;
    }
    Path unfinished = begin(name);
    if (unfinished == null) {
      return;
    }
    try {
      Files.write(unfinished, content);
      finish(unfinished, name);
    } catch (IOException e) {
      // A full disk: the next launch is slower, that is all.
      discard(unfinished);
    }
  }

  /**
   * An empty file for something that is to be kept once it is complete.
   *
   * @return for {@link #finish} or {@link #discard}; null if the folder cannot be written
   */
  public @Nullable Path begin(String name) {
    try {
      return isThere() ? Files.createTempFile(folder, name, UNFINISHED) : null;
    } catch (IOException | UnsupportedOperationException e) {
      // No home, another kind of file system.
      return null;
    }
  }

  /**
   * Gives a file its name, and removes others if there are too many.
   *
   * @throws IOException if that fails
   */
  public void finish(Path unfinished, String name) throws IOException {
    Files.move(unfinished, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    trim();
  }

  /** Removes a file that is not to be kept. */
  public void discard(Path unfinished) {
    delete(unfinished);
  }

  /**
   * Whether the caller is to make a file, since nobody else has begun to. Two callers at the same
   * moment may both be told so, which does no harm but for the work.
   *
   * @param patience after which another one who began is thought to have ended
   */
  public boolean claim(String name, Duration patience) {
    Path claim = folder.resolve(name + CLAIM);
    try {
      if (!isThere()) {
        return false;
      }
      Files.createFile(claim);
      return true;
    } catch (FileAlreadyExistsException e) {
      Kept other = examine(claim);
      Instant now = Instant.now();
      if (other != null && other.used().isAfter(now.minus(patience))) {
        return false;
      }
      delete(claim);
      return claim(name, patience);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Ends a {@linkplain #claim claim}. */
  public void release(String name) {
    delete(folder.resolve(name + CLAIM));
  }

  /** Whether it is there, or could be created, and is the user's alone. */
  public boolean isUsable() {
    try {
      return isThere();
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Creates the folder if it is not there. */
  private boolean isThere() throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return isPrivate();
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
