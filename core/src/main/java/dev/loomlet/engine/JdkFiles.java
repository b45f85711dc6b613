package dev.loomlet.engine;

import dev.loomlet.linux.FileCalls;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * What can be done with regular files of the JDK without leaving the loop's thread: reading what is
 * in the kernel's page cache, and writing into it. On the loop only.
 */
public final class JdkFiles {
  /** For reads: the disk would have to be asked, or nobody can tell. */
  public static final int NOT_NOW = -1;

  private static final int OTHER = 1;
  private static final int FILE = 2;
  private static final int SYNCHRONOUS = 3;
  private static final int KIND_BITS = 2;

  /** What can be read or written without holding up the loop: in the time of a way elsewhere. */
  public static final int PART = FileCalls.READ_NOW_LIMIT;

  private static final long SLOW_NANOS = 10_000_000;
  private static final long CAUTION_NANOS = 500_000_000;
  private static final int LAST_STANDARD = 2;

  private final FileCalls calls;

  /** By descriptor: its generation and kind. */
  private long[] kinds = new long[64];

  private boolean cautious;
  private long cautiousUntil;

  JdkFiles(FileCalls calls) {
    this.calls = calls;
  }

  /**
   * Whether a descriptor is of a regular file or a disk, which are always ready, and yet may block.
   * Standard input, output and error are not counted among them.
   */
  public boolean isFile(int fd) {
    int kind = kindOf(fd);
    return kind == FILE || kind == SYNCHRONOUS;
  }

  /** Whether a descriptor is standard input, output or error, of which {@link #isFile} says no. */
  public static boolean isStandard(int fd) {
    return fd <= LAST_STANDARD;
  }

  private int kindOf(int fd) {
    if (isStandard(fd)) {
      return OTHER;
    }
    long generation = JdkDescriptors.generationOf(fd);
    if (fd >= kinds.length) {
      kinds = Arrays.copyOf(kinds, Math.max(fd + 1, kinds.length * 2));
    }
    long known = kinds[fd];
    if (known != 0 && known >> KIND_BITS == generation) {
      return (int) known & ((1 << KIND_BITS) - 1);
    }
    int kind = find(fd);
    kinds[fd] = generation << KIND_BITS | kind;
    return kind;
  }

  private int find(int fd) {
    if (calls.status(fd) < 0) {
      return OTHER;
    }
    int mode = calls.mode() & FileCalls.S_IFMT;
    if (mode != FileCalls.S_IFREG && mode != FileCalls.S_IFBLK) {
      return OTHER;
    }
    int flags = calls.flags(fd);
    int synchronous = FileCalls.O_SYNC | FileCalls.O_DSYNC | FileCalls.directFlag();
    return flags < 0 || (flags & synchronous) != 0 ? SYNCHRONOUS : FILE;
  }

  /**
   * Reads what is cached, at the descriptor's own position.
   *
   * @return how many bytes; 0 at the end, of which the file is to be asked again; or {@link
   *     #NOT_NOW}
   */
  public int read(int fd, byte[] bytes, int offset, int length) {
    int part = Math.min(length, PART);
    MemorySegment room = calls.room();
    int n = calls.readNow(fd, room, part, -1);
    if (n > 0) {
      MemorySegment.copy(room, ValueLayout.JAVA_BYTE, 0, bytes, offset, n);
    }
    return n < 0 ? NOT_NOW : n;
  }

  /**
   * Reads what is cached.
   *
   * @param address of memory outside of the Java heap
   * @param position -1 for the descriptor's own
   * @return as {@link #read(int, byte[], int, int)}
   */
  public int read(int fd, long address, int length, long position) {
    MemorySegment target = MemorySegment.ofAddress(address);
    int n = calls.readNow(fd, target, Math.min(length, PART), position);
    return n < 0 ? NOT_NOW : n;
  }

  /**
   * Whether a write is likely to take no longer than the way to another thread and back: it is
   * short, and goes to the page cache, which took the last ones at once. (Linux makes those wait
   * who write faster than the disk, once there is too much.)
   */
  public boolean writesAtOnce(int fd, int length) {
    if (length > PART || kindOf(fd) != FILE) {
      return false;
    }
    if (cautious && System.nanoTime() - cautiousUntil >= 0) {
      cautious = false;
    }
    return !cautious;
  }

  /**
   * Writes at the descriptor's own position.
   *
   * @param length at most what {@link #writesAtOnce} has agreed to
   * @return how many bytes; 0 also if it failed, which a second try will explain
   */
  public int write(int fd, byte[] bytes, int offset, int length) {
    MemorySegment room = calls.room();
    MemorySegment.copy(bytes, offset, room, ValueLayout.JAVA_BYTE, 0, length);
    return write(fd, room, length, -1);
  }

  /**
   * As {@link #write(int, byte[], int, int)}.
   *
   * @param address of memory outside of the Java heap
   * @param position -1 for the descriptor's own
   */
  public int write(int fd, long address, int length, long position) {
    return write(fd, MemorySegment.ofAddress(address), length, position);
  }

  private int write(int fd, MemorySegment source, int length, long position) {
    long begun = System.nanoTime();
    long n =
        position < 0 ? calls.write(fd, source, length) : calls.write(fd, source, length, position);
    long ended = System.nanoTime();
    if (ended - begun > SLOW_NANOS) {
      cautious = true;
      cautiousUntil = ended + CAUTION_NANOS;
    }
    return (int) Math.max(n, 0);
  }
}
