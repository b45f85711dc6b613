package dev.loomlet.agent;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The classes that patching made, kept in a file for the next JVM: making them takes longer than
 * all else.
 *
 * <p>The system property {@value #PROPERTY} names the file; without it nothing is kept. A class is
 * taken from there only if it would be made the same now: by the same jar on the same JDK, with the
 * same prefixes, and from the same bytes, which are compared one by one. All else is made, and what
 * is not there yet is added to the file, which is written whole or not at all. Whoever can write to
 * it can change the program, as with the jar. Confined to the lock of {@link Patch}.
 */
final class KeptClasses {
  static final String PROPERTY = "loomlet.patch.kept";

  private static final int MAGIC = 0x6c6f6f6d;
  private static final byte[] NOTHING = {};

  private final @Nullable File file;

  /** What all of it depends on. */
  private final String maker;

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private boolean changed;

  private static final class Entry {
    final byte[] original;
    final byte[] result;

    Entry(byte[] original, byte[] result) {
      this.original = original;
      this.result = result;
    }
  }

  private KeptClasses(@Nullable File file, String maker) {
    this.file = file;
    this.maker = maker;
  }

  /** What the property names; nothing if it names nothing, or nothing that can be used. */
  static KeptClasses open() {
    String name = System.getProperty(PROPERTY, "");
    String maker = name.isEmpty() ? null : maker();
    return maker == null ? new KeptClasses(null, "") : open(new File(name), maker);
  }

  /** What is in a file, if it was written by the same maker. */
  static KeptClasses open(File file, String maker) {
    KeptClasses kept = new KeptClasses(file, maker);
    kept.read(file);
    return kept;
  }

  /** This JDK and this jar; null if these classes come from elsewhere, where they may change. */
  private static @Nullable String maker() {
    CodeSource source = KeptClasses.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return null;
    }
    try {
      File jar = new File(source.getLocation().toURI());
      return jar.isFile()
          ? String.join(
              "\n",
              Runtime.version().toString(),
              System.getProperty("java.home"),
              jar.getPath(),
              Long.toString(jar.length()),
              Long.toString(jar.lastModified()))
          : null;
    } catch (URISyntaxException | IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether something was found out before, which depends on nothing else. */
  boolean has(String fact) {
    return entries.containsKey(fact);
  }

  /** Something was found out. */
  void note(String fact) {
    if (entries.putIfAbsent(fact, new Entry(NOTHING, NOTHING)) == null) {
      changed = true;
    }
  }

  /** A class that depends on nothing else. */
  byte[] made(String name, Supplier<byte[]> maker) {
    return of(name, NOTHING, maker);
  }

  /**
   * A class that is made of another one.
   *
   * @param name says also how it is made
   */
  byte[] of(String name, byte[] original, Supplier<byte[]> maker) {
    Entry found = entries.get(name);
    if (found != null && Arrays.equals(found.original, original)) {
      return found.result;
    }
    byte[] result = maker.get();
    // The JVM gives methods of classes outside of its archives in another order each time; to keep
    // those again and again would cost more than it saves.
    if (found == null) {
      entries.put(name, new Entry(original, result));
      changed = true;
    }
    return result;
  }

  private void read(File from) {
    byte[] bytes;
    try (FileInputStream in = new FileInputStream(from)) {
      bytes = in.readAllBytes();
    } catch (IOException e) {
      return;
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int head = Integer.BYTES + Long.BYTES;
      if (bytes.length < head || in.readInt() != MAGIC) {
        return;
      }
      CRC32 sum = new CRC32();
      sum.update(bytes, head, bytes.length - head);
      if (in.readLong() != sum.getValue() || !in.readUTF().equals(maker)) {
        return;
      }
      for (int left = in.readInt(); left > 0; left--) {
        String name = in.readUTF();
        byte[] original = in.readNBytes(in.readInt());
        entries.put(name, new Entry(original, in.readNBytes(in.readInt())));
      }
    } catch (IOException | IllegalArgumentException e) {
      entries.clear();
    }
  }

  /**
   * Writes the file if there is anything new; where that cannot be, the next JVM makes it again.
   */
  void save() {
    if (file == null || !changed) {
      return;
    }
    changed = false;
    File fresh = new File(file.getPath() + "." + ProcessHandle.current().pid());
    try {
      byte[] bytes = toBytes();
      try (FileOutputStream out = new FileOutputStream(fresh)) {
        out.write(bytes);
      }
      if (fresh.renameTo(file)) {
        return;
      }
    } catch (IOException e) {
      // Nothing is lost but time.
    }
    fresh.delete();
  }

  private byte[] toBytes() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(body);
    out.writeUTF(maker);
    out.writeInt(entries.size());
    for (Map.Entry<String, Entry> each : entries.entrySet()) {
      out.writeUTF(each.getKey());
      out.writeInt(each.getValue().original.length);
      out.write(each.getValue().original);
      out.writeInt(each.getValue().result.length);
      out.write(each.getValue().result);
    }
    CRC32 sum = new CRC32();
    sum.update(body.toByteArray());
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    DataOutputStream head = new DataOutputStream(whole);
    head.writeInt(MAGIC);
    head.writeLong(sum.getValue());
    body.writeTo(head);
    return whole.toByteArray();
  }
}
