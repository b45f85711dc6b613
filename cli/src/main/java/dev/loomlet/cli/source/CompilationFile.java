package dev.loomlet.cli.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** A {@link Compilation} as bytes: a check sum, and then its parts, each with its length. */
final class CompilationFile {
  private static final int SUM_SIZE = Long.BYTES;

  private CompilationFile() {}

  /**
   * Writes.
   *
   * @param key comes back with it, to be compared
   */
  static byte[] encode(Compilation compilation, String key) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(0);
      write(out, key);
      write(out, compilation.messages());
      write(out, compilation.sourceRoot().toString());
      write(out, compilation.topLevelClasses());
      out.writeInt(compilation.sources().size());
      for (Map.Entry<Path, String> each : compilation.sources().entrySet()) {
        write(out, each.getKey().toString());
        write(out, each.getValue());
      }
      out.writeInt(compilation.listings().size());
      for (Map.Entry<String, Set<String>> each : compilation.listings().entrySet()) {
        write(out, each.getKey());
        write(out, each.getValue());
      }
      out.writeInt(compilation.classes().size());
      for (Map.Entry<String, byte[]> each : compilation.classes().entrySet()) {
        write(out, each.getKey());
        write(out, each.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory never fails", e);
    }
    byte[] all = bytes.toByteArray();
    ByteBuffer.wrap(all).putLong(0, sumOf(all));
    return all;
  }

  /** Reads, or returns null if the bytes are damaged or belong to another key. */
  static @Nullable Compilation decode(byte[] all, String key) {
    if (all.length < SUM_SIZE || ByteBuffer.wrap(all).getLong(0) != sumOf(all)) {
      return null;
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(all))) {
      in.readLong();
      if (!readText(in).equals(key)) {
        return null;
      }
      String messages = readText(in);
      Path sourceRoot = Path.of(readText(in));
      List<String> topLevelClasses = readTexts(in);
      Map<Path, String> sources = new LinkedHashMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        sources.put(Path.of(readText(in)), readText(in));
      }
      SortedMap<String, Set<String>> listings = new TreeMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        listings.put(readText(in), new TreeSet<>(readTexts(in)));
      }
      Map<String, byte[]> classes = new ConcurrentHashMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        classes.put(readText(in), readBytes(in));
      }
      return new Compilation(topLevelClasses, sourceRoot, messages, sources, listings, classes);
    } catch (IOException | RuntimeException e) {
      // The sum was right, so it was written by somebody who keeps it otherwise.
      return null;
    }
  }

  private static long sumOf(byte[] all) {
    CRC32 sum = new CRC32();
    sum.update(all, SUM_SIZE, all.length - SUM_SIZE);
    // Never 0, which a file full of zeros would have.
    return sum.getValue() + 1;
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    write(out, text.getBytes(UTF_8));
  }

  private static void write(DataOutputStream out, Collection<String> texts) throws IOException {
    out.writeInt(texts.size());
    for (String each : texts) {
      write(out, each);
    }
  }

  private static byte[] readBytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    byte[] bytes = in.readNBytes(length);
    if (bytes.length != length) {
      throw new IOException("too short");
    }
    return bytes;
  }

  private static String readText(DataInputStream in) throws IOException {
    return new String(readBytes(in), UTF_8);
  }

  private static List<String> readTexts(DataInputStream in) throws IOException {
    List<String> texts = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      texts.add(readText(in));
    }
    return texts;
  }
}
