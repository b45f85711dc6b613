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

  /** Flag of recv(2) and send(2): not to wait, whatever the mode of the socket. */
  public static final int MSG_DONTWAIT = 0x40;

  /** How a send neither waits nor raises SIGPIPE (send(2)). */
  public static final int SEND_FLAGS = MSG_NOSIGNAL | MSG_DONTWAIT;

  private static final MemorySegment EPOLL_CREATE = function("epoll_create1");
  private static final MemorySegment SOCKET = function("socket");
  private static final MemorySegment CLOSE = function("close");
  private static final MemorySegment POLL = function("poll");
  private static final MemorySegment FCNTL = function("fcntl");
  private static final MemorySegment EVENTFD = function("eventfd");
  private static final MemorySegment EVENTFD_WRITE = function("eventfd_write");
  private static final MemorySegment EVENTFD_READ = function("eventfd_read");

  /** Found when the first loop waits with epoll. */
  private static final class Epoll {
    static final MemorySegment EPOLL_CTL = function("epoll_ctl");
    static final MemorySegment EPOLL_WAIT = function("epoll_wait");
    static final @Nullable MemorySegment EPOLL_PWAIT2 = functionIfPresent("epoll_pwait2");

    private Epoll() {}
  }

  /** Found when the first socket is used. */
  private static final class Sockets {
    static final MemorySegment BIND = function("bind");
    static final MemorySegment LISTEN = function("listen");
    static final MemorySegment ACCEPT = function("accept4");
    static final MemorySegment CONNECT = function("connect");
    static final MemorySegment SHUTDOWN = function("shutdown");
    static final MemorySegment SETSOCKOPT = function("setsockopt");
    static final MemorySegment GETSOCKOPT = function("getsockopt");
    static final MemorySegment GETSOCKNAME = function("getsockname");
    static final MemorySegment GETPEERNAME = function("getpeername");

    /**
     * For recvfrom(2) and sendto(2) by their numbers. The C library's functions are points at which
     * a pthread can be cancelled, and in a process with several threads they pay for that with two
     * atomic operations a call.
     */
    static final MemorySegment SYSCALL = function("syscall");

    private Sockets() {}
  }

  /** Bound with the first transfer from or to a Java array in place. */
  private static final class Arrays {
    static final MethodHandle TRANSFER =
        bind(
            "syscall",
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                JAVA_LONG),
            variadic(1),
            Linker.Option.critical(true),
            capture());

    private Arrays() {}
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

  /** epoll_create1(2), closed on exec. */
  public int epollCreate() {
    return result((int) quickly(EPOLL_CREATE, EPOLL_CLOEXEC, 0, 0));
  }

  /**
   * epoll_ctl(2).
   *
   * @param data comes back with each event
   */
  public int epollControl(int epoll, int operation, int descriptor, int events, long data) {
    event.set(JAVA_INT, 0, events);
    event.set(JAVA_LONG.withByteAlignment(4), layout.epollDataOffset(), data);
    return result(
        (int) quickly(Epoll.EPOLL_CTL, epoll, operation, descriptor, event.address(), 0, 0, 0));
  }

  /** epoll_wait(2) with no time-out: never blocks. */
  public int epollPoll(int epoll, EpollEvents events) {
    return result(
        (int) quickly(Epoll.EPOLL_WAIT, epoll, events.address(), events.capacity(), 0, 0, 0, 0));
  }

  /**
   * Waits for events: the one call here that blocks.
   *
   * @param timeoutNanos how long, more than 0; {@link Long#MAX_VALUE} for ever. Rounded up to
   *     milliseconds on kernels before 5.11 (epoll_pwait2(2)).
   */
  public int epollWait(int epoll, EpollEvents events, long timeoutNanos) {
    if (timeoutNanos == Long.MAX_VALUE) {
      return epollWait(epoll, events, -1);
    }
    MemorySegment precise = Epoll.EPOLL_PWAIT2;
    if (precise != null) {
      scratch.set(JAVA_LONG, 0, timeoutNanos / 1_000_000_000);
      scratch.set(JAVA_LONG, 8, timeoutNanos % 1_000_000_000);
      int n =
          result(
              (int)
                  slowly(
                      precise,
                      epoll,
                      events.address(),
                      events.capacity(),
                      scratchAddress,
                      0,
                      0,
                      0));
      if (n != -Errno.ENOSYS) {
        return n;
      }
    }
    long millis = Math.min((timeoutNanos + 999_999) / 1_000_000, Integer.MAX_VALUE);
    return epollWait(epoll, events, (int) millis);
  }

  private int epollWait(int epoll, EpollEvents events, int millis) {
    return result(
        (int)
            slowly(Epoll.EPOLL_WAIT, epoll, events.address(), events.capacity(), millis, 0, 0, 0));
  }

  /** The array that {@link #epollWait} fills. */
  public EpollEvents newEvents(int capacity) {
    return new EpollEvents(layout, capacity);
  }

  /** eventfd(2), non-blocking. */
  public int eventfd() {
    return result((int) quickly(EVENTFD, 0, EFD_NONBLOCK_CLOEXEC, 0));
  }

  /** Adds one to an eventfd's counter. Any thread. */
  public static void signal(int eventfd) {
    // A failure means that the counter is full (it is readable then) or the loop is gone.
    regardless(EVENTFD_WRITE, eventfd, 1, 0, 0, 0);
  }

  /** Sets an eventfd's counter back to zero. */
  public void clearSignal(int eventfd) {
    // A failure means that the counter is zero already.
    quickly(EVENTFD_READ, eventfd, scratchAddress, 0);
  }

  /** A non-blocking stream socket of a family. */
  public int streamSocket(int family) {
    return result((int) quickly(SOCKET, family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
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
    return result((int) quickly(Sockets.BIND, socket, addresses.address(), length));
  }

  /** listen(2). */
  public int listen(int socket, int backlog) {
    return result((int) quickly(Sockets.LISTEN, socket, backlog, 0));
  }

  /** accept4(2); the new descriptor is non-blocking. */
  public int accept(int socket) {
    return result(
        (int) quickly(Sockets.ACCEPT, socket, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 0, 0));
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
    return result((int) quickly(Sockets.CONNECT, socket, addresses.address(), length));
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
    long n = quickly(Sockets.SYSCALL, call, socket, address, length, flags, 0, 0);
    return (int) result(n);
  }

  private int transfer(long call, int socket, MemorySegment buffer, int length, int flags) {
    try {
      long n =
          (long)
              Arrays.TRANSFER.invokeExact(
                  state, call, (long) socket, buffer, (long) length, (long) flags, 0L, 0L);
      return (int) result(n);
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
    int count = result((int) quickly(POLL, scratchAddress, 1, 0));
    return count <= 0 ? count : Short.toUnsignedInt(scratch.get(JAVA_SHORT, 6));
  }

  /** shutdown(2). */
  public int shutdown(int socket, int how) {
    return result((int) quickly(Sockets.SHUTDOWN, socket, how, 0));
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
    regardless(CLOSE, descriptor, 0, 0, 0, 0);
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
    return result((int) quickly(FCNTL, descriptor, F_DUPFD_CLOEXEC, 0));
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
    return result(
        (int) quickly(Sockets.SETSOCKOPT, socket, level, option, scratchAddress, length, 0, 0));
  }

  /**
   * getsockopt(2).
   *
   * @return 0 or a negative error; the value is then at {@link #optionValue}
   */
  public int getOption(int socket, int level, int option) {
    scratch.set(JAVA_LONG, 0, 0);
    scratch.set(JAVA_INT, 16, 8);
    return result(
        (int)
            quickly(
                Sockets.GETSOCKOPT,
                socket,
                level,
                option,
                scratchAddress,
                scratchAddress + 16,
                0,
                0));
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
    int n =
        (int) quickly(Sockets.GETSOCKNAME, socket, addresses.address(), addresses.lengthAddress());
    return n < 0 ? null : addresses.decode();
  }

  /**
   * getpeername(2).
   *
   * @return null if the socket is not connected
   */
  public @Nullable SocketAddress remoteAddress(int socket) {
    int n =
        (int) quickly(Sockets.GETPEERNAME, socket, addresses.address(), addresses.lengthAddress());
    return n < 0 ? null : addresses.decode();
  }
}
