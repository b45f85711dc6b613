package dev.loomlet.process;

import dev.loomlet.Loop;
import dev.loomlet.wait.OnLoop;
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
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Memory that processes have in common, as a {@link MemorySegment}: Python's {@code
 * multiprocessing.shared_memory}. It is sent to a child by being captured by its lambda or being
 * part of a task; the child then has the same memory.
 *
 * <p>Behind it is a file in {@code /dev/shm} with a random name that only its user may open. It
 * goes when its creator closes it or ends; a process that has it mapped keeps the memory. What a
 * creator that was killed has left is removed when another process creates some. However often a
 * process is sent the same memory, it has it once.
 */
public final class SharedMemory implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;
  private static final Path FOLDER = Path.of("/dev/shm");
  private static final String PREFIX = "loomlet-";
  private static final int RANDOM_BYTES = 16;
  private static final int BLOCK = 64 * 1024;

  /** More than that takes so long that the loop must go on meanwhile. */
  private static final long AT_ONCE = 256 * 1024;

  private static final long LARGEST = 1L << 40;

  private final String name;
  private final long size;
  private transient MemorySegment segment;
  private transient boolean creator;

  /** By place, what this process has for words in it; null as long as there is nothing. */
  private transient @Nullable Map<Long, Object> locals;

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
   * Creates some, filled with zeros. If that is more than a little, it waits; a caller that is
   * cancelled meanwhile hears of it at its next checkpoint.
   *
   * @param size in bytes, at least 1
   * @throws IOException if there is no room, which is reserved at once; says what to do
   */
  public static SharedMemory create(long size) throws IOException {
    if (size < 1 || size > LARGEST) {
      throw new IllegalArgumentException("shared memory has 1 to 2^40 bytes, not " + size);
    }
    SharedMemory memory = size <= AT_ONCE ? createNow(size) : createOnHelper(size);
    OpenMemory.add(memory);
    return memory;
  }

  private static SharedMemory createOnHelper(long size) throws IOException {
    if (ThreadWait.isForCaller()) {
      return createNow(size);
    }
    Loop loop = Loop.current();
    return OnLoop.call(loop, () -> loop.engine().files().call(() -> createNow(size)));
  }

  private static SharedMemory createNow(long size) throws IOException {
    Lost.remove();
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    String name =
        PREFIX + Long.toHexString(ProcessIdentity.own()) + "-" + HexFormat.of().formatHex(random);
    OpenMemory.created(name);
    boolean done = false;
    try (FileChannel channel = createFile(name)) {
      long room = Files.getFileStore(FOLDER).getUsableSpace();
      if (room < size) {
        throw noRoom(size, new IOException("there are " + room + " bytes left"));
      }
      reserve(channel, size);
      SharedMemory memory = new SharedMemory(name, size, map(channel, size));
      done = true;
      return memory;
    } finally {
      if (!done) {
        removeFile(name);
      }
    }
  }

  private static FileChannel createFile(String name) throws IOException {
    try {
      return FileChannel.open(
          FOLDER.resolve(name),
          Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (IOException e) {
      throw new IOException(
          "cannot create shared memory in " + FOLDER + ", which must be there, and writable", e);
    }
  }

  private static IOException noRoom(long size, IOException cause) {
    return new IOException(
        "there is no room for "
            + size
            + " bytes of shared memory in "
            + FOLDER
            + "; close what is not needed any more, make it larger (mount -o remount,size=…; docker"
            + " run --shm-size) or ask for less",
        cause);
  }

  /** A hole in the file would be a SIGBUS later on, when there is no memory for it. */
  private static void reserve(FileChannel channel, long size) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(size, BLOCK));
    try {
      for (long done = 0; done < size; ) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), size - done));
        done += channel.write(zeros, done);
      }
    } catch (IOException e) {
      throw noRoom(size, e);
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
    SharedMemory known = OpenMemory.find(name);
    if (known != null) {
      if (known.size != size) {
        throw new InvalidObjectException("the shared memory " + name + " has another size");
      }
      segment = known.segment;
      return;
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

  private Object readResolve() {
    return OpenMemory.add(this);
  }

  String name() {
    return name;
  }

  /** What this process has for the words at a place, created when first asked for. */
  <T> T local(long offset, Class<T> type, Supplier<T> creation) {
    Map<Long, Object> all;
    synchronized (this) {
      all = Objects.requireNonNullElseGet(locals, ConcurrentHashMap::new);
      locals = all;
    }
    return type.cast(all.computeIfAbsent(offset, _ -> creation.get()));
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
      removeFile(name);
    }
  }

  /** Of memory that this process has created. */
  static void removeFile(String name) {
    OpenMemory.removed(name);
    try {
      Files.deleteIfExists(FOLDER.resolve(name));
    } catch (IOException e) {
      // Nobody else can remove it either.
    }
  }

  @Override
  public String toString() {
    return "SharedMemory[" + name + ", " + size + " bytes]";
  }
}
