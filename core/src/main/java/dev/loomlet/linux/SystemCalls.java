package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The system calls that a loop makes.
 *
 * <p>All but {@link #epollWait} are bound as <em>critical</em> calls: the thread does not tell the
 * JVM that it leaves Java, which makes a call cost what it costs in C, but holds up a safepoint for
 * as long as the call takes. So they must never block, and every descriptor here is non-blocking.
 * Whoever shares a socket can end that for all who do, so transfers do not rely on it.
 */
public final class SystemCalls extends NativeCalls {
  public static final int AF_UNIX = 1;
  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;
  public static final int SHUT_RD = 0;
  public static final int SHUT_WR = 1;
  public static final int EPOLL_CTL_ADD = 1;
  public static final int EPOLL_CTL_DEL = 2;
  public static final int EPOLL_CTL_MOD = 3;

  private static final int SOL_SOCKET = 1;
  private static final int SO_LINGER = 13;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int EPOLL_CLOEXEC = 0x80000;
  private static final int EFD_NONBLOCK_CLOEXEC = 0x80800;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_DONTWAIT = 0x40;

  /** How a send neither waits nor raises SIGPIPE (send(2)). */
  public static final int SEND_FLAGS = MSG_NOSIGNAL | MSG_DONTWAIT;

  private static final MethodHandle EPOLL_CREATE = quick("epoll_create1", JAVA_INT, JAVA_INT);
  private static final MethodHandle SOCKET =
      quick("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle CLOSE =
      bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), Linker.Option.critical(false));

  /** At once, because patched methods of the JDK ask with it while they load classes. */
  private static final MethodHandle POLL_NOW =
      quick("poll", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

  private static final MethodHandle DUP = quick("fcntl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);

  // To bind a call takes milliseconds, and start-up should not pay for what a program never uses.

  /** Bound when the first loop waits with epoll. */
  private static final class Epoll {
    static final MethodHandle EPOLL_CTL =
        quick("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    static final MethodHandle EPOLL_WAIT =
        bind(
            "epoll_wait",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT),
            capture());
    static final MethodHandle EPOLL_POLL =
        quick("epoll_wait", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    static final @Nullable MethodHandle EPOLL_PWAIT2 =
        bindIfPresent(
            "epoll_pwait2",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG),
            capture());

    private Epoll() {}
  }

  /** Bound with the first eventfd. */
  private static final class Eventfd {
    static final MethodHandle EVENTFD = quick("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    static final MethodHandle EVENTFD_WRITE =
        bind(
            "eventfd_write",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG),
            Linker.Option.critical(false));
    static final MethodHandle EVENTFD_READ = quick("eventfd_read", JAVA_INT, JAVA_INT, JAVA_LONG);

    private Eventfd() {}
  }

  /** Bound when the first socket is used. */
  private static final class Sockets {
    static final MethodHandle BIND = quick("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    static final MethodHandle LISTEN = quick("listen", JAVA_INT, JAVA_INT, JAVA_INT);
    static final MethodHandle ACCEPT =
        quick("accept4", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    static final MethodHandle CONNECT = quick("connect", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);

    /**
     * recvfrom(2) and sendto(2) by their numbers. The C library's functions are points at which a
     * pthread can be cancelled, and in a process with several threads they pay for that with two
     * atomic operations a call.
     */
    static final MethodHandle TRANSFER =
        bind(
            "syscall",
            transferOf(JAVA_LONG),
            variadic(1),
            Linker.Option.critical(false),
            capture());

    /** The same, from or to a Java array in place. */
    static final MethodHandle TRANSFER_ARRAY =
        bind("syscall", transferOf(ADDRESS), variadic(1), Linker.Option.critical(true), capture());

    static final MethodHandle SHUTDOWN = quick("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    static final MethodHandle SETSOCKOPT =
        quick("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    static final MethodHandle GETSOCKOPT =
        quick("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle GETSOCKNAME =
        quick("getsockname", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    static final MethodHandle GETPEERNAME =
        quick("getpeername", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

    private Sockets() {}
  }

  /** Bound with the first close that may take long. */
  private static final class Slow {
    static final MethodHandle CLOSE_SLOWLY =
        bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private Slow() {}
  }

  /** Bound when a failure is to be told in the C library's words. */
  private static final class ErrorTexts {
    static final MethodHandle STRERROR = bind("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT));

    /** No message of a C library is as long. */
    static final int LONGEST = 1024;

    private ErrorTexts() {}
  }

  private static final int F_DUPFD_CLOEXEC = 1030;

  private final SocketAddresses addresses = new SocketAddresses();

  /** Room for an option's value and for the length of a result. */
  private final MemorySegment scratch = Arena.ofAuto().allocate(32, 8);

  private final long scratchAddress = scratch.address();
  private final MemorySegment event = Arena.ofAuto().allocate(16, 8);

  /**
   * Creates the calls of one loop.
   *
   * @throws UnsupportedOperationException on a processor whose memory layouts are not known
   */
  public SystemCalls() {}

  private static FunctionDescriptor transferOf(MemoryLayout buffer) {
    return FunctionDescriptor.of(
        JAVA_LONG, JAVA_LONG, JAVA_LONG, buffer, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  }

  /** epoll_create1(2), closed on exec. */
  public int epollCreate() {
    try {
      return result((int) EPOLL_CREATE.invokeExact(state, EPOLL_CLOEXEC));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * epoll_ctl(2).
   *
   * @param data comes back with each event
   */
  public int epollControl(int epoll, int operation, int descriptor, int events, long data) {
    event.set(JAVA_INT, 0, events);
    event.set(JAVA_LONG.withByteAlignment(4), layout.epollDataOffset(), data);
    try {
      return result(
          (int) Epoll.EPOLL_CTL.invokeExact(state, epoll, operation, descriptor, event.address()));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** epoll_wait(2) with no time-out: never blocks. */
  public int epollPoll(int epoll, EpollEvents events) {
    try {
      return result(
          (int) Epoll.EPOLL_POLL.invokeExact(state, epoll, events.address(), events.capacity(), 0));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Waits for events: the one call here that blocks.
   *
   * @param timeoutNanos how long, more than 0; {@link Long#MAX_VALUE} for ever. Rounded up to
   *     milliseconds on kernels before 5.11 (epoll_pwait2(2)).
   */
  public int epollWait(int epoll, EpollEvents events, long timeoutNanos) {
    try {
      if (timeoutNanos == Long.MAX_VALUE) {
        return result(
            (int)
                Epoll.EPOLL_WAIT.invokeExact(
                    state, epoll, events.address(), events.capacity(), -1));
      }
      MethodHandle precise = Epoll.EPOLL_PWAIT2;
      if (precise != null) {
        scratch.set(JAVA_LONG, 0, timeoutNanos / 1_000_000_000);
        scratch.set(JAVA_LONG, 8, timeoutNanos % 1_000_000_000);
        int n =
            result(
                (int)
                    precise.invokeExact(
                        state, epoll, events.address(), events.capacity(), scratchAddress, 0L));
        if (n != -Errno.ENOSYS) {
          return n;
        }
      }
      long millis = Math.min((timeoutNanos + 999_999) / 1_000_000, Integer.MAX_VALUE);
      return result(
          (int)
              Epoll.EPOLL_WAIT.invokeExact(
                  state, epoll, events.address(), events.capacity(), (int) millis));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** The array that {@link #epollWait} fills. */
  public EpollEvents newEvents(int capacity) {
    return new EpollEvents(layout, capacity);
  }

  /** eventfd(2), non-blocking. */
  public int eventfd() {
    try {
      return result((int) Eventfd.EVENTFD.invokeExact(state, 0, EFD_NONBLOCK_CLOEXEC));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Adds one to an eventfd's counter. Any thread. */
  public static void signal(int eventfd) {
    try {
      // A failure means that the counter is full (it is readable then) or the loop is gone.
      int _ = (int) Eventfd.EVENTFD_WRITE.invokeExact(eventfd, 1L);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Sets an eventfd's counter back to zero. */
  public void clearSignal(int eventfd) {
    try {
      // A failure means that the counter is zero already.
      int _ = (int) Eventfd.EVENTFD_READ.invokeExact(state, eventfd, scratchAddress);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** A non-blocking stream socket of a family. */
  public int streamSocket(int family) {
    try {
      return result(
          (int) SOCKET.invokeExact(state, family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * The family that an address needs.
   *
   * @throws IllegalArgumentException if it is neither of IP nor of Unix, or not resolved
   */
  public static int familyOf(SocketAddress address) {
    return switch (address) {
      case UnixDomainSocketAddress _ -> AF_UNIX;
      case InetSocketAddress inet when !inet.isUnresolved() ->
          inet.getAddress() instanceof Inet6Address ? AF_INET6 : AF_INET;
      default ->
          throw new IllegalArgumentException(
              "an address must be a resolved InetSocketAddress or a UnixDomainSocketAddress, not "
                  + address);
    };
  }

  /** bind(2). */
  public int bind(int socket, SocketAddress address) {
    int length = addresses.encode(address);
    try {
      return result((int) Sockets.BIND.invokeExact(state, socket, addresses.address(), length));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** listen(2). */
  public int listen(int socket, int backlog) {
    try {
      return result((int) Sockets.LISTEN.invokeExact(state, socket, backlog));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** accept4(2); the new descriptor is non-blocking. */
  public int accept(int socket) {
    try {
      return result(
          (int) Sockets.ACCEPT.invokeExact(state, socket, 0L, 0L, SOCK_NONBLOCK | SOCK_CLOEXEC));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * Writes an address to where {@link #encodedAddress} says. It stays until the next call that has
   * to do with addresses.
   *
   * @return its length in bytes
   */
  public int encode(SocketAddress address) {
    return addresses.encode(address);
  }

  /** Where {@link #encode} wrote to. */
  public long encodedAddress() {
    return addresses.address();
  }

  /** connect(2). */
  public int connect(int socket, SocketAddress address) {
    int length = addresses.encode(address);
    try {
      return result((int) Sockets.CONNECT.invokeExact(state, socket, addresses.address(), length));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** recv(2) into memory outside the Java heap. */
  public int receive(int socket, long address, int length) {
    return transfer(layout.recvfrom(), socket, address, length, MSG_DONTWAIT);
  }

  /** recv(2) into any segment, a Java array's too. */
  public int receive(int socket, MemorySegment target, int length) {
    return transfer(layout.recvfrom(), socket, target, length, MSG_DONTWAIT);
  }

  /** send(2) from memory outside the Java heap, without SIGPIPE. */
  public int send(int socket, long address, int length) {
    return transfer(layout.sendto(), socket, address, length, SEND_FLAGS);
  }

  /** send(2) from any segment, a Java array's too, without SIGPIPE. */
  public int send(int socket, MemorySegment source, int length) {
    return transfer(layout.sendto(), socket, source, length, SEND_FLAGS);
  }

  /** send(2) that never waits, whatever the socket's mode. */
  public int sendNow(int socket, MemorySegment source, int length) {
    return transfer(layout.sendto(), socket, source, length, SEND_FLAGS);
  }

  private int transfer(long call, int socket, long address, int length, int flags) {
    try {
      long n =
          (long)
              Sockets.TRANSFER.invokeExact(
                  state, call, (long) socket, address, (long) length, (long) flags, 0L, 0L);
      return n >= 0 ? (int) n : -errno();
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private int transfer(long call, int socket, MemorySegment buffer, int length, int flags) {
    try {
      long n =
          (long)
              Sockets.TRANSFER_ARRAY.invokeExact(
                  state, call, (long) socket, buffer, (long) length, (long) flags, 0L, 0L);
      return n >= 0 ? (int) n : -errno();
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * What a descriptor is ready for at this moment (poll(2) without a wait).
   *
   * @param events of {@link PollEvents}
   * @return those that hold, with errors and hang-ups in any case; or a negative error
   */
  public int pollNow(int descriptor, int events) {
    scratch.set(JAVA_INT, 0, descriptor);
    scratch.set(JAVA_SHORT, 4, (short) events);
    scratch.set(JAVA_SHORT, 6, (short) 0);
    try {
      int count = result((int) POLL_NOW.invokeExact(state, scratchAddress, 1L, 0));
      return count <= 0 ? count : Short.toUnsignedInt(scratch.get(JAVA_SHORT, 6));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** shutdown(2). */
  public int shutdown(int socket, int how) {
    try {
      return result((int) Sockets.SHUTDOWN.invokeExact(state, socket, how));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** The C library's text for an error number, in the words that the JDK uses. Any thread. */
  @SuppressWarnings("restricted") // the text ends where C says
  public static String errorText(int errno) {
    try {
      MemorySegment text = (MemorySegment) ErrorTexts.STRERROR.invokeExact(errno);
      return text.reinterpret(ErrorTexts.LONGEST).getString(0);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** close(2) of a descriptor whose close cannot block. Any thread. */
  public static void close(int descriptor) {
    try {
      int _ = (int) CLOSE.invokeExact(descriptor);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Whether close(2) of a descriptor may wait for the peer: it is a socket that lingers. */
  public boolean lingers(int descriptor) {
    return getOption(descriptor, SOL_SOCKET, SO_LINGER) == 0
        && optionValue(0) != 0
        && optionValue(1) > 0;
  }

  /** close(2) of a socket that lingers, which blocks even if the socket does not. Any thread. */
  public static void closeSlowly(int descriptor) {
    try {
      int _ = (int) Slow.CLOSE_SLOWLY.invokeExact(descriptor);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** A second descriptor for the same file (fcntl(2), F_DUPFD_CLOEXEC). */
  public int duplicate(int descriptor) {
    try {
      return result((int) DUP.invokeExact(state, descriptor, F_DUPFD_CLOEXEC, 0));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** setsockopt(2) of an option that is one integer. */
  public int setOption(int socket, int level, int option, int value) {
    scratch.set(JAVA_INT, 0, value);
    return setScratchOption(socket, level, option, 4);
  }

  /** setsockopt(2) of an option that is two integers, such as SO_LINGER. */
  public int setOption(int socket, int level, int option, int first, int second) {
    scratch.set(JAVA_INT, 0, first);
    scratch.set(JAVA_INT, 4, second);
    return setScratchOption(socket, level, option, 8);
  }

  private int setScratchOption(int socket, int level, int option, int length) {
    try {
      return result(
          (int)
              Sockets.SETSOCKOPT.invokeExact(state, socket, level, option, scratchAddress, length));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * getsockopt(2).
   *
   * @return 0 or a negative error; the value is then at {@link #optionValue}
   */
  public int getOption(int socket, int level, int option) {
    scratch.set(JAVA_LONG, 0, 0);
    scratch.set(JAVA_INT, 16, 8);
    try {
      return result(
          (int)
              Sockets.GETSOCKOPT.invokeExact(
                  state, socket, level, option, scratchAddress, scratchAddress + 16));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * An integer of the option read last.
   *
   * @param index 0 or 1
   */
  public int optionValue(int index) {
    return scratch.get(JAVA_INT, 4L * index);
  }

  /**
   * getsockname(2).
   *
   * @return null if the socket has none
   */
  public @Nullable SocketAddress localAddress(int socket) {
    try {
      int n =
          (int)
              Sockets.GETSOCKNAME.invokeExact(
                  state, socket, addresses.address(), addresses.lengthAddress());
      return n < 0 ? null : addresses.decode();
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * getpeername(2).
   *
   * @return null if the socket is not connected
   */
  public @Nullable SocketAddress remoteAddress(int socket) {
    try {
      int n =
          (int)
              Sockets.GETPEERNAME.invokeExact(
                  state, socket, addresses.address(), addresses.lengthAddress());
      return n < 0 ? null : addresses.decode();
    } catch (Throwable e) {
      throw impossible(e);
    }
  }
}
