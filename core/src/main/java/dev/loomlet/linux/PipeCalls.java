package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * System calls on pipes, FIFOs and terminals that do not block, if the descriptor is a non-blocking
 * one.
 */
public final class PipeCalls extends NativeCalls {
  private static final int O_NONBLOCK_CLOEXEC = 0x80800;
  private static final int F_DUPFD_QUERY = 1027;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int STATX_BASIC = 0x7ff;
  private static final long TIOCGWINSZ = 0x5413;

  private static final MemorySegment PIPE = function("pipe2");
  private static final MemorySegment FCNTL = function("fcntl");
  private static final MemorySegment STATX = function("statx");
  private static final MemorySegment ISATTY = function("isatty");
  private static final MemorySegment IOCTL = function("ioctl");

  /** Bound with the first transfer. */
  private static final class Transfers {
    static final MethodHandle READ = inPlace("read");
    static final MethodHandle WRITE = inPlace("write");

    private Transfers() {}
  }

  private final MemorySegment scratch = Arena.ofAuto().allocate(8, 8);
  private final MemorySegment empty = Arena.ofAuto().allocate(1);
  private final MemorySegment status = Arena.ofAuto().allocate(256, 8);

  /** Creates the calls of one thread. */
  public PipeCalls() {}

  /** Binds the calls, which the first time takes long. */
  public static void bindAll() {}

  /** A transfer from or to any memory, a Java array's too. */
  private static MethodHandle inPlace(String name) {
    return bind(
        name,
        FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG),
        Linker.Option.critical(true),
        capture());
  }

  /**
   * pipe2(2), both ends non-blocking.
   *
   * @return the reading end, or a negative error; {@link #writingEnd} has the other one
   */
  public int pipe() {
    int result = result((int) quickly(PIPE, scratch.address(), O_NONBLOCK_CLOEXEC, 0));
    return result < 0 ? result : scratch.get(JAVA_INT, 0);
  }

  /** The writing end of the pipe that was made last. */
  public int writingEnd() {
    return scratch.get(JAVA_INT, 4);
  }

  /** read(2) of a descriptor that does not block. */
  public int read(int descriptor, MemorySegment target, int length) {
    try {
      return (int)
          result((long) Transfers.READ.invokeExact(state, descriptor, target, (long) length));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** write(2) to a descriptor that does not block. */
  public int write(int descriptor, MemorySegment source, int length) {
    try {
      return (int)
          result((long) Transfers.WRITE.invokeExact(state, descriptor, source, (long) length));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Whether two descriptors are of the same open file (fcntl(2), F_DUPFD_QUERY; before Linux 6.10,
   * whether they are of the same file).
   */
  public boolean isSameFile(int descriptor, int other) {
    int same = result((int) quickly(FCNTL, descriptor, F_DUPFD_QUERY, other));
    return same == -Errno.EINVAL ? isSameNode(descriptor, other) : same == 1;
  }

  private boolean isSameNode(int descriptor, int other) {
    if (status(descriptor) < 0) {
      return false;
    }
    long node = status.get(JAVA_LONG, 32);
    long device = status.get(JAVA_LONG, 136);
    return status(other) == 0
        && status.get(JAVA_LONG, 32) == node
        && status.get(JAVA_LONG, 136) == device;
  }

  /** Whether something is neither a file nor a directory, which are ready at all times. */
  public boolean canWaitFor(int descriptor) {
    if (status(descriptor) < 0) {
      return false;
    }
    int kind = Short.toUnsignedInt(status.get(JAVA_SHORT, 28)) & FileCalls.S_IFMT;
    return kind != FileCalls.S_IFREG && kind != FileCalls.S_IFDIR && kind != FileCalls.S_IFBLK;
  }

  private int status(int descriptor) {
    return result(
        (int)
            quickly(
                STATX,
                descriptor,
                empty.address(),
                AT_EMPTY_PATH,
                STATX_BASIC,
                status.address(),
                0,
                0));
  }

  /** isatty(3). */
  public boolean isTerminal(int descriptor) {
    return (int) quickly(ISATTY, descriptor, 0, 0) == 1;
  }

  /**
   * How large a terminal is (TIOCGWINSZ, ioctl_tty(2)).
   *
   * @return the columns in the upper, the rows in the lower 16 bits; or a negative error
   */
  public int sizeOf(int terminal) {
    int result = result((int) quickly(IOCTL, terminal, TIOCGWINSZ, scratch.address()));
    return result < 0
        ? result
        : Short.toUnsignedInt(scratch.get(JAVA_SHORT, 2)) << 16
            | Short.toUnsignedInt(scratch.get(JAVA_SHORT, 0));
  }
}
