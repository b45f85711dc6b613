package dev.loomlet.process;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * Memory that processes have in common, as a {@link MemorySegment}: Python's {@code
 * multiprocessing.shared_memory}. It is sent to a child by being captured by its lambda or being
 * part of a task; the child then has the same memory.
 *
 * <p>Behind it is a file in {@code /dev/shm} with a random name that only its user may open. It
 * goes when its creator closes it or ends; a process that has it mapped keeps the memory. What a
 * creator that was killed has left is removed when another process creates some.
 */
public final class SharedMemory implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;
  private static final Path FOLDER = Path.of("/dev/shm");
  private static final String PREFIX = "loomlet-";
  private static final int RANDOM_BYTES = 16;
  private static final int BLOCK = 64 * 1024;
  private static final long LARGEST = 1L << 40;

  private final String name;
  private final long size;
  private transient MemorySegment segment;
  private transient boolean creator;

  private SharedMemory(String name, long size, MemorySegment segment) {
    this.name = name;
    this.size = size;
    this.segment = segment;
    this.creator = true;
  }

  private static final class Lost {
    static {
      removeLost();
    }

    static void remove() {}
  }

  /**
   * Creates some, filled with zeros.
   *
   * @param size in bytes, at least 1
   * @throws IOException if there is no room, which is reserved at once
   */
  public static SharedMemory create(long size) throws IOException {
    if (size < 1 || size > LARGEST) {
      throw new IllegalArgumentException("shared memory has 1 to 2^40 bytes, not " + size);
    }
    Lost.remove();
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    String name =
        PREFIX + Long.toHexString(ProcessIdentity.own()) + "-" + HexFormat.of().formatHex(random);
    Path file = FOLDER.resolve(name);
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      try {
        long room = Files.getFileStore(FOLDER).getUsableSpace();
        if (room < size) {
          throw new IOException("there are " + room + " bytes left");
        }
        reserve(channel, size);
        SharedMemory memory = new SharedMemory(name, size, map(channel, size));
        file.toFile().deleteOnExit();
        return memory;
      } catch (IOException e) {
        Files.deleteIfExists(file);
        throw new IOException(
            "there is no room for "
                + size
                + " bytes of shared memory in "
                + FOLDER
                + "; make it larger (docker run --shm-size) or ask for less",
            e);
      }
    }
  }

  /** A hole in the file would be a SIGBUS later on, when there is no memory for it. */
  private static void reserve(FileChannel channel, long size) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(size, BLOCK));
    for (long done = 0; done < size; ) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), size - done));
      done += channel.write(zeros, done);
    }
  }

  private static MemorySegment map(FileChannel channel, long size) throws IOException {
    return channel.map(FileChannel.MapMode.READ_WRITE, 0, size, Arena.ofAuto());
  }

  private static void removeLost() {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(FOLDER, PREFIX + "*")) {
      for (Path each : all) {
        if (!ProcessIdentity.isAlive(creatorOf(each))) {
          Files.deleteIfExists(each);
        }
      }
    } catch (IOException | RuntimeException e) {
      // Somebody else's, or removed meanwhile by somebody else.
    }
  }

  private static long creatorOf(Path file) {
    String name = file.getFileName().toString();
    try {
      return Long.parseUnsignedLong(
          name.substring(PREFIX.length(), name.indexOf('-', PREFIX.length())), 16);
    } catch (RuntimeException e) {
      return ProcessIdentity.own(); // not one of ours
    }
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    if (!name.startsWith(PREFIX) || name.indexOf('/') >= 0 || size < 1) {
      throw new InvalidObjectException("not the name of shared memory: " + name);
    }
    try (FileChannel channel =
        FileChannel.open(
            FOLDER.resolve(name),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      if (channel.size() < size) {
        throw new InvalidObjectException("the shared memory " + name + " is shorter than it says");
      }
      segment = map(channel, size);
    } catch (java.nio.file.NoSuchFileException e) {
      throw new IOException(
          "the shared memory "
              + name
              + " is gone: its creator has closed it or ended; it must go on until others have it",
          e);
    }
  }

  /** The memory; what others write is seen in the orders of {@code VarHandle}. */
  public MemorySegment segment() {
    return segment;
  }

  /** Its size in bytes. */
  public long size() {
    return size;
  }

  /**
   * Removes the file, if this process has created it: nobody else can get the memory any more. Who
   * has it keeps it, this process too, as long as it is used. Does nothing when repeated.
   */
  @Override
  public void close() {
    if (creator) {
      creator = false;
      try {
        Files.deleteIfExists(FOLDER.resolve(name));
      } catch (IOException e) {
        // Nobody else can remove it either.
      }
    }
  }

  @Override
  public String toString() {
    return "SharedMemory[" + name + ", " + size + " bytes]";
  }
}
