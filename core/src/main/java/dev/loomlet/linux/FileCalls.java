package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * System calls on files. All but {@link #readNow} may block and are for helper threads; one object
 * belongs to one of them, or to a loop.
 */
public final class FileCalls extends NativeCalls {
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_NOCTTY = 0x100;
  public static final int O_TRUNC = 0x200;
  public static final int O_APPEND = 0x400;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_DSYNC = 0x1000;
  public static final int O_SYNC = 0x101000;
  public static final int O_CLOEXEC = 0x80000;

  public static final int S_IFMT = 0xf000;
  public static final int S_IFIFO = 0x1000;
  public static final int S_IFCHR = 0x2000;
  public static final int S_IFDIR = 0x4000;
  public static final int S_IFBLK = 0x6000;
  public static final int S_IFREG = 0x8000;
  public static final int S_IFSOCK = 0xc000;

  /** Bytes that {@link #readNow} reads at most: what can be copied without holding up a loop. */
  public static final int READ_NOW_LIMIT = 64 * 1024;

  /** Of a read: what is in the page cache, or else EAGAIN (preadv2(2)). */
  public static final int RWF_NOWAIT = 8;

  private static final int F_GETFL = 3;
  private static final int SEEK_CUR = 1;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int STATX_BASIC = 0x7ff;

  /** Bytes of what statx(2) writes. */
  public static final int STATUS_SIZE = 256;

  private static final int COPY_LIMIT = 1 << 30;

  /** Bytes for which a thread keeps memory of its own, for what is in Java arrays. */
  private static final int ROOM = 256 * 1024;

  private static final MethodHandle OPEN =
      bind(
          "open",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
          variadic(2),
          capture());
  private static final MethodHandle MKFIFO = blocking("mkfifo", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle PREAD =
      blocking("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PWRITE =
      blocking("pwrite", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);

  /**
   * preadv2(2), with one argument more than it has, which it does not look at: with the segment as
   * an argument, and not only its address in the vector, it stays open during the call.
   */
  private static final @Nullable MethodHandle PREAD_NOW =
      bindIfPresent(
          "preadv2",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS),
          Linker.Option.critical(false),
          capture());

  private static final MethodHandle READ =
      blocking("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE =
      blocking("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle FSYNC = blocking("fsync", JAVA_INT, JAVA_INT);
  private static final MethodHandle FDATASYNC = blocking("fdatasync", JAVA_INT, JAVA_INT);
  private static final MethodHandle FTRUNCATE =
      blocking("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle LSEEK =
      blocking("lseek", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle FCNTL =
      bind(
          "fcntl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          variadic(2),
          Linker.Option.critical(false),
          capture());
  private static final MethodHandle STATX =
      blocking("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle SENDFILE =
      blocking("sendfile", JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final @Nullable MethodHandle COPY_FILE_RANGE =
      bindIfPresent(
          "copy_file_range",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
          capture());

  private final MemorySegment empty = Arena.ofAuto().allocate(1);
  private final MemorySegment scratch = Arena.ofAuto().allocate(STATUS_SIZE, 8);
  private final MemorySegment otherScratch = Arena.ofAuto().allocate(8, 8);
  private @Nullable MemorySegment room;

  /** Creates the calls of one thread. */
  public FileCalls() {}

  /** Memory of the calling thread outside of the Java heap, to be used until the next call. */
  public MemorySegment room() {
    MemorySegment own = room;
    if (own == null) {
      own = Arena.ofAuto().allocate(ROOM, 8);
      room = own;
    }
    return own;
  }

  /**
   * The bytes of a path, with a zero at the end, as the JDK would give them to the kernel.
   *
   * @param path of the default file system
   */
  public static MemorySegment bytesOf(Path path, Arena arena) {
    String text = path.toString();
    byte[] bytes;
    if (text.isEmpty()) {
      bytes = new byte[] {'.'};
    } else if (text.indexOf('\ufffd') >= 0) {
      bytes = bytesOfUndecodable(path);
    } else {
      bytes = text.getBytes(Names.CHARSET);
    }
    MemorySegment segment = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  /** A name that is no text in the JDK's character set: its URI still has the bytes. */
  private static byte[] bytesOfUndecodable(Path path) {
    String raw = path.toUri().getRawPath();
    byte[] bytes = new byte[raw.length()];
    int length = 0;
    for (int i = 0; i < raw.length(); i++) {
      if (raw.charAt(i) == '%') {
        bytes[length++] = (byte) Integer.parseInt(raw, i + 1, i + 3, 16);
        i += 2;
      } else {
        bytes[length++] = (byte) raw.charAt(i);
      }
    }
    return Arrays.copyOf(bytes, length);
  }

  /** How file names are turned into bytes. */
  private static final class Names {
    static final Charset CHARSET = find();

    private static Charset find() {
      String name = System.getProperty("sun.jnu.encoding");
      return name != null && Charset.isSupported(name)
          ? Charset.forName(name)
          : StandardCharsets.UTF_8;
    }
  }

  /** open(2). */
  public int open(MemorySegment path, int flags, int permissions) {
    try {
      return result((int) OPEN.invokeExact(state, path, flags, permissions));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** mkfifo(3). */
  public int makeFifo(MemorySegment path, int permissions) {
    try {
      return result((int) MKFIFO.invokeExact(state, path, permissions));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * pread(2).
   *
   * @param target outside of the Java heap
   */
  public long read(int file, MemorySegment target, long length, long position) {
    try {
      return result((long) PREAD.invokeExact(state, file, target, length, position));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * pwrite(2).
   *
   * @param source outside of the Java heap
   */
  public long write(int file, MemorySegment source, long length, long position) {
    try {
      return result((long) PWRITE.invokeExact(state, file, source, length, position));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** read(2), at the descriptor's own position. */
  public long read(int file, MemorySegment target, long length) {
    try {
      return result((long) READ.invokeExact(state, file, target, length));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** write(2), at the descriptor's own position. */
  public long write(int file, MemorySegment source, long length) {
    try {
      return result((long) WRITE.invokeExact(state, file, source, length));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Reads what is in the kernel's page cache (preadv2(2), RWF_NOWAIT): never blocks.
   *
   * @param target outside of the Java heap
   * @param length at most {@link #READ_NOW_LIMIT}
   * @param position -1 for the descriptor's own
   * @return how many bytes; 0 is not to be believed to be the end on Linux 5.9 and 5.10; EAGAIN if
   *     the disk would have to be asked, EOPNOTSUPP if the file system cannot say
   */
  public int readNow(int file, MemorySegment target, int length, long position) {
    MethodHandle call = PREAD_NOW;
    if (call == null) {
      return -Errno.EOPNOTSUPP;
    }
    scratch.set(JAVA_LONG, 0, target.address());
    scratch.set(JAVA_LONG, 8, length);
    try {
      long n =
          (long) call.invokeExact(state, file, scratch.address(), 1, position, RWF_NOWAIT, target);
      return (int) result(n);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** fsync(2), or fdatasync(2) without the metadata. */
  public int sync(int file, boolean metadata) {
    try {
      return metadata
          ? result((int) FSYNC.invokeExact(state, file))
          : result((int) FDATASYNC.invokeExact(state, file));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** ftruncate(2). */
  public int truncate(int file, long size) {
    try {
      return result((int) FTRUNCATE.invokeExact(state, file, size));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * statx(2).
   *
   * @return 0 or a negative error; then {@link #mode} and {@link #size} say what it found
   */
  public int status(int file) {
    try {
      return result(
          (int) STATX.invokeExact(state, file, empty, AT_EMPTY_PATH, STATX_BASIC, scratch));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Kind and permissions of the file of {@link #status}. */
  public int mode() {
    return modeAt(scratch);
  }

  /** Kind and permissions in a status that statx(2) wrote somewhere else. */
  public static int modeAt(MemorySegment status) {
    return Short.toUnsignedInt(status.get(JAVA_SHORT, 28));
  }

  /** Size of the file of {@link #status}. */
  public long size() {
    return sizeAt(scratch);
  }

  /** Size in a status that statx(2) wrote somewhere else. */
  public static long sizeAt(MemorySegment status) {
    return status.get(JAVA_LONG, 40);
  }

  /** Whether a descriptor has positions (lseek(2)). */
  public boolean isSeekable(int file) {
    try {
      return (long) LSEEK.invokeExact(state, file, 0L, SEEK_CUR) >= 0;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** How a descriptor was opened (fcntl(2), F_GETFL). */
  public int flags(int file) {
    try {
      return result((int) FCNTL.invokeExact(state, file, F_GETFL, 0));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** O_DIRECT, whose number depends on the processor. */
  public static int directFlag() {
    return System.getProperty("os.arch", "").equals("aarch64") ? 0x10000 : 0x4000;
  }

  /** sendfile(2). */
  public long sendFile(int socket, int file, long position, long count) {
    scratch.set(JAVA_LONG, 0, position);
    try {
      return result((long) SENDFILE.invokeExact(state, socket, file, scratch, count));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * copy_file_range(2).
   *
   * @return ENOSYS if there is no such call
   */
  public long copyRange(int source, long position, int target, long targetPosition, long count) {
    MethodHandle call = COPY_FILE_RANGE;
    if (call == null) {
      return -Errno.ENOSYS;
    }
    scratch.set(JAVA_LONG, 0, position);
    otherScratch.set(JAVA_LONG, 0, targetPosition);
    try {
      return result(
          (long)
              call.invokeExact(
                  state, source, scratch, target, otherScratch, Math.min(count, COPY_LIMIT), 0));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }
}
