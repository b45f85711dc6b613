package dev.loomlet.cli.source;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what a class path holds, so that a change of it shows: constants and signatures of
 * its classes go into what is compiled against them.
 */
final class ClassPathPrint {
  /** Folders with more than that are not worth being read at each start. */
  private static final int MOST_FILES = 5_000;

  private static final long MOST_BYTES = 64L << 20;

  /** The end record of a zip file, and the longest comment that can follow it. */
  private static final int END_SIZE = 22;

  private static final int MOST_COMMENT = 0xFFFF;
  private static final int END_SIGNATURE = 0x06054b50;

  private final StringBuilder text = new StringBuilder();
  private final Set<Path> seen = new HashSet<>();
  private int files;
  private long bytes;

  private ClassPathPrint() {}

  /**
   * Writes down Loomlet's own class path and a program's.
   *
   * @return null if that would take too long
   */
  static @Nullable String of(List<Path> own, List<Path> program) {
    ClassPathPrint print = new ClassPathPrint();
    try {
      for (Path each : own) {
        print.addShortly(each);
      }
      for (Path each : program) {
        if (!print.add(each)) {
          return null;
        }
      }
      return print.text.toString();
    } catch (IOException e) {
      return null;
    }
  }

  /** What a build has made is never changed in place: size and time are enough. */
  private void addShortly(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      try (Stream<Path> all = Files.walk(path)) {
        for (Path each : all.sorted().toList()) {
          addTime(each, Files.readAttributes(each, BasicFileAttributes.class));
        }
      }
    } else if (Files.exists(path)) {
      addTime(path, Files.readAttributes(path, BasicFileAttributes.class));
    }
  }

  private void addTime(Path path, BasicFileAttributes attributes) {
    text.append(path)
        .append(' ')
        .append(attributes.size())
        .append(' ')
        .append(attributes.lastModifiedTime().toMillis())
        .append('\n');
  }

  private boolean add(Path path) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    if (!seen.add(absolute)) {
      return true;
    }
    if (Files.isDirectory(absolute)) {
      return addFolder(absolute);
    }
    if (!Files.isRegularFile(absolute)) {
      text.append(absolute).append(" is not there\n");
      return true;
    }
    addTime(absolute, Files.readAttributes(absolute, BasicFileAttributes.class));
    text.append(directoryOf(absolute)).append('\n');
    for (Path each : named(absolute)) {
      if (!add(each)) {
        return false;
      }
    }
    return true;
  }

  private boolean addFolder(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> found = all.limit(MOST_FILES + 1L).sorted().toList();
      for (Path each : found) {
        if (!Files.isRegularFile(each)) {
          continue;
        }
        bytes += Files.size(each);
        if (++files > MOST_FILES || bytes > MOST_BYTES) {
          return false;
        }
        CRC32 sum = new CRC32();
        sum.update(Files.readAllBytes(each));
        addTime(each, Files.readAttributes(each, BasicFileAttributes.class));
        text.append(sum.getValue()).append('\n');
      }
      return found.size() <= MOST_FILES;
    }
  }

  /** A sum over a jar's directory, in which there is a sum of each of its files. */
  private static long directoryOf(Path jar) throws IOException {
    CRC32 sum = new CRC32();
    try (RandomAccessFile in = new RandomAccessFile(jar.toFile(), "r")) {
      byte[] tail = new byte[(int) Math.min(in.length(), END_SIZE + MOST_COMMENT)];
      in.seek(in.length() - tail.length);
      in.readFully(tail);
      ByteBuffer buffer = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN);
      int end = tail.length - END_SIZE;
      while (end >= 0 && buffer.getInt(end) != END_SIGNATURE) {
        end--;
      }
      long size = end < 0 ? 0 : Integer.toUnsignedLong(buffer.getInt(end + 12));
      long start = end < 0 ? 0 : Integer.toUnsignedLong(buffer.getInt(end + 16));
      if (end < 0 || size > MOST_BYTES || start + size > in.length()) {
        throw new IOException(jar + " is no jar, or one of an unusual form");
      }
      byte[] directory = new byte[(int) size];
      in.seek(start);
      in.readFully(directory);
      sum.update(directory);
    }
    return sum.getValue();
  }

  /** Jars that the manifest of a jar names; javac reads them, too. */
  private static List<Path> named(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      Manifest manifest = file.getManifest();
      String value =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      if (value == null || value.isBlank()) {
        return List.of();
      }
      Path folder = jar.resolveSibling("");
      return Stream.of(value.strip().split(" +", -1)).map(folder::resolve).toList();
    }
  }
}
