package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * System calls on child processes (posix_spawn(3), pidfd_open(2), waitid(2)), and what connects
 * them with their parent.
 */
public final class ProcessCalls extends NativeCalls {
  public static final int SIGKILL = 9;
  public static final int SIGTERM = 15;

  /** The highest number of a descriptor that a child can be given. */
  public static final int LAST = 5;

  /** What {@link #end} says of a child that has not ended. */
  public static final int ALIVE = Integer.MIN_VALUE;

  private static final long SYS_PIDFD_SEND_SIGNAL = 424;
  private static final long SYS_PIDFD_OPEN = 434;

  private static final int O_NONBLOCK_CLOEXEC = 0x80800;
  private static final int F_DUPFD_CLOEXEC = 1030;

  private static final int P_PIDFD = 3;
  private static final int WNOHANG = 1;
  private static final int WEXITED = 4;
  private static final int CLD_EXITED = 1;
  private static final int INFO_SIZE = 128;
  private static final int INFO_CODE = 8;
  private static final int INFO_PID = 16;
  private static final int INFO_STATUS = 24;

  /** More than any C library needs for its opaque types. */
  private static final int OPAQUE = 1024;

  private static final int SIGNAL_SET = 128;
  private static final short POSIX_SPAWN_SETSIGMASK = 8;
  private static final short POLLIN = 1;
  private static final short POLLOUT = 4;

  private static final MethodHandle SPAWN =
      bind(
          "posix_spawn",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  private static final MethodHandle ACTIONS_INIT = plain("posix_spawn_file_actions_init", ADDRESS);
  private static final MethodHandle ACTIONS_DESTROY =
      plain("posix_spawn_file_actions_destroy", ADDRESS);
  private static final MethodHandle ADD_DUP =
      bind(
          "posix_spawn_file_actions_adddup2",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle ADD_OPEN =
      bind(
          "posix_spawn_file_actions_addopen",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final @Nullable MethodHandle ADD_CLOSE_FROM =
      bindIfPresent(
          "posix_spawn_file_actions_addclosefrom_np",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle ATTRIBUTES_INIT = plain("posix_spawnattr_init", ADDRESS);
  private static final MethodHandle ATTRIBUTES_DESTROY = plain("posix_spawnattr_destroy", ADDRESS);
  private static final MethodHandle SET_FLAGS =
      bind("posix_spawnattr_setflags", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_SHORT));
  private static final MethodHandle SET_MASK =
      plain("posix_spawnattr_setsigmask", ADDRESS, ADDRESS);
  private static final MethodHandle SYSCALL =
      bind(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          variadic(1),
          Linker.Option.critical(false),
          capture());
  private static final MethodHandle WAITID =
      quick("waitid", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle PIPE = quick("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle FCNTL = quick("fcntl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle POLL = blocking("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

  private final MemorySegment scratch = Arena.ofAuto().allocate(INFO_SIZE, 8);

  /** Creates the calls of one thread. */
  public ProcessCalls() {}

  /** Binds the calls, which the first time takes long. */
  public static void bindAll() {}

  /** What a child's descriptor is to be. */
  public sealed interface ChildDescriptor {
    /** The number in the child. */
    int number();

    /**
     * A copy of one of the parent's.
     *
     * @param number 0 to {@link #LAST}
     * @param source more than that
     */
    record Copied(int number, int source) implements ChildDescriptor {}

    /**
     * A file that is opened.
     *
     * @param number 0 to {@link #LAST}
     * @param path of the file
     * @param flags of open(2)
     */
    record Opened(int number, String path, int flags) implements ChildDescriptor {}
  }

  /** Functions that return an error number rather than set errno. */
  private static MethodHandle plain(String name, MemoryLayout... arguments) {
    return bind(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  /**
   * Starts a program (posix_spawn(3)) with no signal blocked. Blocks until the program has been
   * loaded or that has failed.
   *
   * @param command the program's path and its arguments
   * @param environment each {@code NAME=value}; null for this process's own
   * @param descriptors the child's; those from 0 to 2 that are not named are inherited
   * @param closeFrom from which number on the child has none
   * @return the child's pid, or a negative error
   */
  public int spawn(
      List<String> command,
      @Nullable List<String> environment,
      List<? extends ChildDescriptor> descriptors,
      int closeFrom) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = arena.allocate(OPAQUE, 16);
      MemorySegment attributes = arena.allocate(OPAQUE, 16);
      MemorySegment pid = arena.allocate(JAVA_INT);
      MemorySegment arguments = strings(command, arena);
      MemorySegment variables =
          environment == null ? Environment.own() : strings(environment, arena);
      check((int) ACTIONS_INIT.invokeExact(actions));
      check((int) ATTRIBUTES_INIT.invokeExact(attributes));
      try {
        check((int) SET_FLAGS.invokeExact(attributes, POSIX_SPAWN_SETSIGMASK));
        check((int) SET_MASK.invokeExact(attributes, arena.allocate(SIGNAL_SET, 8)));
        for (ChildDescriptor each : descriptors) {
          switch (each) {
            case ChildDescriptor.Copied(int number, int source) ->
                check((int) ADD_DUP.invokeExact(actions, source, number));
            case ChildDescriptor.Opened(int number, String path, int flags) ->
                check((int) ADD_OPEN.invokeExact(actions, number, string(path, arena), flags, 0));
          }
        }
        MethodHandle addCloseFrom = ADD_CLOSE_FROM;
        if (addCloseFrom != null) {
          check((int) addCloseFrom.invokeExact(actions, closeFrom));
        }
        int error =
            (int)
                SPAWN.invokeExact(
                    pid,
                    arguments.getAtIndex(ADDRESS, 0),
                    actions,
                    attributes,
                    arguments,
                    variables);
        return error == 0 ? pid.get(JAVA_INT, 0) : -error;
      } finally {
        int _ = (int) ACTIONS_DESTROY.invokeExact(actions);
        int _ = (int) ATTRIBUTES_DESTROY.invokeExact(attributes);
      }
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private static void check(int error) {
    if (error != 0) {
      throw new IllegalStateException("cannot prepare a child process: " + Errno.text(error));
    }
  }

  private static MemorySegment strings(List<String> texts, Arena arena) {
    MemorySegment pointers = arena.allocate(ADDRESS, texts.size() + 1L);
    for (int i = 0; i < texts.size(); i++) {
      pointers.setAtIndex(ADDRESS, i, string(texts.get(i), arena));
    }
    return pointers;
  }

  private static MemorySegment string(String text, Arena arena) {
    byte[] bytes = text.getBytes(Texts.CHARSET);
    MemorySegment segment = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  /** How the JDK turns arguments into bytes. */
  private static final class Texts {
    static final Charset CHARSET = find();

    private static Charset find() {
      String name = System.getProperty("sun.jnu.encoding");
      return name != null && Charset.isSupported(name)
          ? Charset.forName(name)
          : StandardCharsets.UTF_8;
    }
  }

  /** The C library's variable of that name. */
  private static final class Environment {
    @SuppressWarnings("restricted") // the C library's own variable
    static MemorySegment own() {
      MemorySegment variable =
          Linker.nativeLinker().defaultLookup().find("environ").orElseThrow().reinterpret(8);
      return variable.get(ADDRESS, 0);
    }
  }

  /** A descriptor of a child, closed on exec (pidfd_open(2)). */
  public int openPid(int pid) {
    return syscall(SYS_PIDFD_OPEN, pid, 0, 0, 0);
  }

  /** Sends a signal to the process of a pidfd, and to no other (pidfd_send_signal(2)). */
  public int signal(int pidfd, int signal) {
    return syscall(SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0);
  }

  private int syscall(long number, long a, long b, long c, long d) {
    try {
      return (int) result((long) SYSCALL.invokeExact(state, number, a, b, c, d));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * How a child has ended (waitid(2), P_PIDFD), which the kernel then forgets. Does not wait.
   *
   * @return {@link #ALIVE}; else its exit status, with {@link #endedBySignal} false, or the number
   *     of a signal; or a negative error, ECHILD if somebody else has asked
   */
  public int end(int pidfd) {
    scratch.fill((byte) 0);
    try {
      int result =
          result((int) WAITID.invokeExact(state, P_PIDFD, pidfd, scratch, WEXITED | WNOHANG));
      if (result < 0) {
        return result;
      }
      return scratch.get(JAVA_INT, INFO_PID) == 0 ? ALIVE : scratch.get(JAVA_INT, INFO_STATUS);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Whether the child that {@link #end} has told of was ended by a signal. */
  public boolean endedBySignal() {
    return scratch.get(JAVA_INT, INFO_CODE) != CLD_EXITED;
  }

  /**
   * A pipe that does not block (pipe2(2)), with numbers above {@link #LAST}.
   *
   * @return the reading end, or a negative error; {@link #second} has the other one
   */
  public int pipe() {
    try {
      int result = result((int) PIPE.invokeExact(state, scratch, O_NONBLOCK_CLOEXEC));
      return result < 0 ? result : raised();
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** A child's descriptors are made one after the other, and no source may be overwritten. */
  private int raised() throws Throwable {
    for (int i = 0; i < 2; i++) {
      int descriptor = scratch.get(JAVA_INT, 4L * i);
      if (descriptor > LAST) {
        continue;
      }
      int higher = result((int) FCNTL.invokeExact(state, descriptor, F_DUPFD_CLOEXEC, LAST + 1));
      SystemCalls.close(descriptor);
      if (higher < 0) {
        SystemCalls.close(scratch.get(JAVA_INT, 4L * (1 - i)));
        return higher;
      }
      scratch.set(JAVA_INT, 4L * i, higher);
    }
    return scratch.get(JAVA_INT, 0);
  }

  /** The other one of the pair that was made last. */
  public int second() {
    return scratch.get(JAVA_INT, 4);
  }

  /**
   * Waits until a descriptor can be read (poll(2)). Blocks the thread.
   *
   * @param timeoutMillis -1 for none
   * @return whether it can
   */
  public boolean awaitReadable(int descriptor, int timeoutMillis) {
    return await(descriptor, POLLIN, timeoutMillis);
  }

  /** As {@link #awaitReadable}, until it can be written to. */
  public boolean awaitWritable(int descriptor, int timeoutMillis) {
    return await(descriptor, POLLOUT, timeoutMillis);
  }

  private boolean await(int descriptor, short events, int timeoutMillis) {
    scratch.set(JAVA_INT, 0, descriptor);
    scratch.set(JAVA_INT, 4, events);
    try {
      return (int) POLL.invokeExact(state, scratch, 1L, timeoutMillis) > 0;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }
}
