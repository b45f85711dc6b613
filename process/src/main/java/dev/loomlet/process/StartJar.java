package dev.loomlet.process;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The first jar in a child's class path: those of Loomlet's classes that each child needs, and
 * nothing else.
 *
 * <p>A {@link StartCache} is good for a class path that begins as the one that it was made with.
 * Who looks for a class of the program opens whatever is before that, and to open a jar is to look
 * at each entry, by code that nobody has compiled yet: 10 µs each. So Loomlet's own jars, which
 * have hundreds, stay where the program has them.
 */
final class StartJar {
  /** Tells a child, which finds itself in this jar, where Loomlet's own ones are. */
  static final String OWN_JARS = "loomlet.process.jars";

  private StartJar() {}

  /**
   * Writes one. The same content gives the same bytes.
   *
   * @param classes their names
   * @param jars where they are
   * @param to an empty file
   */
  static void write(List<String> classes, List<Path> jars, Path to) throws IOException {
    List<ZipFile> files = new ArrayList<>();
    try (OutputStream out = Files.newOutputStream(to);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (Path each : jars) {
        files.add(new ZipFile(each.toFile()));
      }
      for (String each : classes.stream().sorted().distinct().toList()) {
        String name = each.replace('.', '/') + ".class";
        byte[] code = read(name, files);
        entries.putNextEntry(stored(name, code));
        entries.write(code);
      }
    } finally {
      for (ZipFile each : files) {
        each.close();
      }
    }
  }

  private static byte[] read(String name, List<ZipFile> files) throws IOException {
    for (ZipFile each : files) {
      ZipEntry entry = each.getEntry(name);
      if (entry != null) {
        try (InputStream in = each.getInputStream(entry)) {
          return in.readAllBytes();
        }
      }
    }
    throw new FileNotFoundException(name);
  }

  /** Not compressed, since what takes that apart would have to be loaded. */
  private static ZipEntry stored(String name, byte[] code) {
    CRC32 sum = new CRC32();
    sum.update(code);
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(0);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(code.length);
    entry.setCrc(sum.getValue());
    return entry;
  }
}
