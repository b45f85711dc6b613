package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of sockets that keep the boundaries of what is sent (udp(7), unix(7)). None of
 * them blocks.
 */
public final class DatagramCalls extends NativeCalls {
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_NONBLOCK_CLOEXEC = 0x80800;
  private static final int MSG_PEEK = 0x2;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_NOSIGNAL = 0x4000;

  /** Not left to the socket's mode, which whoever shares it can change. */
  private static final int MSG_DONTWAIT = 0x40;

  private static final int IPPROTO_IP = 0;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;
  private static final int IP_MULTICAST_IF = 32;
  private static final int IP_MULTICAST_ALL = 49;
  private static final int IPV6_MULTICAST_ALL = 29;
  private static final int MCAST_JOIN_GROUP = 42;
  private static final int MCAST_LEAVE_GROUP = 45;
  private static final int MCAST_JOIN_SOURCE_GROUP = 46;
  private static final int MCAST_LEAVE_SOURCE_GROUP = 47;

  /** Bytes of a {@code struct sockaddr_storage}. */
  private static final int STORAGE = 128;

  /** Where the group lies in {@code struct group_req} and {@code group_source_req}. */
  private static final int GROUP = 8;

  private static final MethodHandle SOCKET =
      quick("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND = quick("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle CONNECT =
      quick("connect", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SETSOCKOPT =
      quick("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);

  /** sendto(2) and recvfrom(2) by their numbers, for the reason given in {@link SystemCalls}. */
  private static final MethodHandle TRANSFER =
      bind("syscall", transferOf(JAVA_LONG), variadic(1), Linker.Option.critical(false), capture());

  /** The same, from or to a Java array in place. */
  private static final MethodHandle TRANSFER_ARRAY =
      bind("syscall", transferOf(ADDRESS), variadic(1), Linker.Option.critical(true), capture());

  private static final MemorySegment SENDMMSG = function("sendmmsg");
  private static final MemorySegment RECVMMSG = function("recvmmsg");

  private final SocketAddresses target = new SocketAddresses();
  private final SocketAddresses source = new SocketAddresses();
  private final MemorySegment option = Arena.ofAuto().allocate(GROUP + 2 * STORAGE, 8);

  /** What {@link #target} holds, so that sending to one address again and again encodes it once. */
  private @Nullable SocketAddress encoded;

  private int encodedFamily;
  private int encodedLength;

  /** Creates the calls of one loop. */
  public DatagramCalls() {}

  private static FunctionDescriptor transferOf(MemoryLayout buffer) {
    return FunctionDescriptor.of(
        JAVA_LONG, JAVA_LONG, JAVA_LONG, buffer, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  }

  /** A non-blocking socket for datagrams; one of IPv6 also speaks IPv4. */
  public int socket(int family) {
    try {
      int fd =
          result((int) SOCKET.invokeExact(state, family, SOCK_DGRAM | SOCK_NONBLOCK_CLOEXEC, 0));
      if (fd >= 0 && family == SystemCalls.AF_INET6) {
        // A failure means a kernel that can do one of the two only: then it is that one.
        int _ = setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
      }
      return fd;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** bind(2) of a socket of a family. */
  public int bind(int socket, SocketAddress address, int family) {
    int length = encode(address, family);
    try {
      return result((int) BIND.invokeExact(state, socket, target.address(), length));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** connect(2) of a socket of a family. */
  public int connect(int socket, SocketAddress address, int family) {
    int length = encode(address, family);
    try {
      return result((int) CONNECT.invokeExact(state, socket, target.address(), length));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private int encode(SocketAddress address, int family) {
    if (address != encoded || family != encodedFamily) {
      encoded = null;
      encodedLength = target.encode(address, family);
      encodedFamily = family;
      encoded = address;
    }
    return encodedLength;
  }

  /**
   * recvfrom(2) into any segment, a Java array's too.
   *
   * @return the length of the datagram, even if the room is smaller; or a negative error
   */
  public int receive(int socket, MemorySegment buffer, int length, PeerAddress sender) {
    try {
      long n =
          (long)
              TRANSFER_ARRAY.invokeExact(
                  state,
                  layout.recvfrom(),
                  (long) socket,
                  buffer,
                  (long) length,
                  (long) (MSG_TRUNC | MSG_DONTWAIT),
                  source.address(),
                  source.lengthAddress());
      return received(n, sender);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** As {@link #receive(int, MemorySegment, int, PeerAddress)} into memory outside the heap. */
  public int receive(int socket, long address, int length, PeerAddress sender) {
    try {
      long n =
          (long)
              TRANSFER.invokeExact(
                  state,
                  layout.recvfrom(),
                  (long) socket,
                  address,
                  (long) length,
                  (long) (MSG_TRUNC | MSG_DONTWAIT),
                  source.address(),
                  source.lengthAddress());
      return received(n, sender);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * The length of the next datagram, which stays in the queue (MSG_PEEK).
   *
   * @return or a negative error
   */
  public int nextLength(int socket) {
    try {
      long n =
          (long)
              TRANSFER.invokeExact(
                  state,
                  layout.recvfrom(),
                  (long) socket,
                  option.address(),
                  0L,
                  (long) (MSG_TRUNC | MSG_PEEK | MSG_DONTWAIT),
                  0L,
                  0L);
      return n >= 0 ? (int) n : -errno();
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private int received(long n, PeerAddress sender) {
    if (n < 0) {
      return -errno();
    }
    source.copyTo(sender);
    return (int) n;
  }

  /**
   * sendto(2) from any segment, a Java array's too.
   *
   * @param address null for the peer of a connected socket
   * @param family of the socket
   */
  public int send(
      int socket, MemorySegment buffer, int length, @Nullable SocketAddress address, int family) {
    int addressLength = address == null ? 0 : encode(address, family);
    long addressAt = address == null ? 0 : target.address();
    try {
      long n =
          (long)
              TRANSFER_ARRAY.invokeExact(
                  state,
                  layout.sendto(),
                  (long) socket,
                  buffer,
                  (long) length,
                  (long) (MSG_NOSIGNAL | MSG_DONTWAIT),
                  addressAt,
                  (long) addressLength);
      return n >= 0 ? (int) n : -errno();
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /**
   * recvmmsg(2): as many datagrams as there are, and places for them.
   *
   * @return how many, or a negative error
   */
  public int receive(int socket, MessageVector places, int count) {
    int flags = MSG_TRUNC | MSG_DONTWAIT;
    return result((int) quickly(RECVMMSG, socket, places.address(0), count, flags, 0, 0, 0));
  }

  /**
   * sendmmsg(2) to the peer of a connected socket: as many datagrams as there is room for.
   *
   * @param from the first of them
   * @param count how many
   * @return how many were sent; or a negative error if not even the first was
   */
  public int send(int socket, MessageVector places, int from, int count) {
    int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
    return result((int) quickly(SENDMMSG, socket, places.address(from), count, flags, 0, 0, 0));
  }

  /**
   * Joins or leaves a multicast group (ip(7), MCAST_JOIN_GROUP and its like).
   *
   * @param index of the network interface; 0 for the one that the kernel chooses
   * @param sender null for all
   */
  public int membership(
      int socket, InetAddress group, int index, @Nullable InetAddress sender, boolean join) {
    boolean v6 = group.getAddress().length == 16;
    int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    if (join) {
      // Otherwise whatever another socket has joined on this port is received as well. Older
      // kernels do not know it for IPv6.
      int _ = setOption(socket, level, v6 ? IPV6_MULTICAST_ALL : IP_MULTICAST_ALL, 0);
    }
    option.fill((byte) 0);
    option.set(JAVA_INT, 0, index);
    SocketAddresses.encodeHost(option.asSlice(GROUP), group, 0);
    if (sender == null) {
      int name = join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP;
      return setOption(socket, level, name, option, GROUP + STORAGE);
    }
    SocketAddresses.encodeHost(option.asSlice(GROUP + STORAGE), sender, 0);
    int name = join ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP;
    return setOption(socket, level, name, option, GROUP + 2 * STORAGE);
  }

  /** setsockopt(2) of an option that is one integer. */
  private int setOption(int socket, int level, int name, int value) {
    option.set(JAVA_INT, 0, value);
    return setOption(socket, level, name, option, 4);
  }

  /** Chooses the interface for sending to groups of IPv4 (ip(7), struct ip_mreqn). */
  public int setMulticastInterface(int socket, int index) {
    option.set(JAVA_LONG, 0, 0);
    option.set(JAVA_INT, 8, index);
    return setOption(socket, IPPROTO_IP, IP_MULTICAST_IF, option, 12);
  }

  private int setOption(int socket, int level, int name, MemorySegment value, int length) {
    try {
      return result(
          (int) SETSOCKOPT.invokeExact(state, socket, level, name, value.address(), length));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }
}
