package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Converts socket addresses to and from the kernel's form (ip(7), ipv6(7), unix(7)). */
final class SocketAddresses {
  private static final int IPV4_LENGTH = 16;
  private static final int IPV6_LENGTH = 28;
  private static final int FAMILY_LENGTH = 2;

  /** Room for a path, with the zero that ends it. */
  private static final int PATH_ROOM = 108;

  private static final int CAPACITY = FAMILY_LENGTH + PATH_ROOM;
  private static final ValueLayout.OfShort PORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private final MemorySegment memory = Arena.ofAuto().allocate(CAPACITY + 2, 8);
  private final MemorySegment length = Arena.ofAuto().allocate(JAVA_INT);

  /** Where {@link #encode} writes and the kernel leaves its answers. */
  long address() {
    return memory.address();
  }

  /** How long an address may be that the kernel leaves. */
  int capacity() {
    return CAPACITY;
  }

  /** Where the kernel finds and leaves the length; made ready for a call that answers. */
  long lengthAddress() {
    length.set(JAVA_INT, 0, CAPACITY);
    return length.address();
  }

  /**
   * Writes an address.
   *
   * @return its length in bytes
   * @throws IllegalArgumentException if it is of neither family, not resolved, or its path too long
   */
  int encode(SocketAddress source) {
    return encode(source, SystemCalls.familyOf(source));
  }

  /**
   * Writes an address for a socket of a family: for one of IPv6, also an address of IPv4 (ipv6(7),
   * v4-mapped).
   *
   * @return its length in bytes
   * @throws IllegalArgumentException if a socket of the family cannot have such an address
   */
  int encode(SocketAddress source, int family) {
    memory.fill((byte) 0);
    int own = SystemCalls.familyOf(source);
    boolean mapped = own == SystemCalls.AF_INET && family == SystemCalls.AF_INET6;
    if (own != family && !mapped) {
      throw new IllegalArgumentException(
          "a socket of "
              + nameOf(family)
              + " cannot use an address of "
              + nameOf(own)
              + ": "
              + source);
    }
    if (source instanceof UnixDomainSocketAddress unix) {
      memory.set(JAVA_SHORT, 0, (short) family);
      return encodePath(unix.getPath().toString());
    }
    InetSocketAddress inet = (InetSocketAddress) source;
    return mapped ? encodeMapped(inet) : encodeHost(memory, inet.getAddress(), inet.getPort());
  }

  private static String nameOf(int family) {
    return switch (family) {
      case SystemCalls.AF_INET -> "IPv4";
      case SystemCalls.AF_INET6 -> "IPv6";
      default -> "Unix";
    };
  }

  private int encodePath(String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= PATH_ROOM) {
      throw new IllegalArgumentException(
          "the path of a Unix socket must be shorter than "
              + PATH_ROOM
              + " bytes, not "
              + bytes.length
              + ": "
              + path);
    }
    MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, FAMILY_LENGTH, bytes.length);
    // No path at all: the kernel gives the socket none (connect) or a name of its own (bind).
    return bytes.length == 0 ? FAMILY_LENGTH : FAMILY_LENGTH + bytes.length + 1;
  }

  private int encodeMapped(InetSocketAddress source) {
    memory.set(JAVA_SHORT, 0, (short) SystemCalls.AF_INET6);
    memory.set(PORT, 2, (short) source.getPort());
    memory.set(JAVA_SHORT, 18, (short) -1);
    MemorySegment.copy(source.getAddress().getAddress(), 0, memory, JAVA_BYTE, 20, 4);
    return IPV6_LENGTH;
  }

  /** Writes an address of IP into memory that is zero. */
  static int encodeHost(MemorySegment memory, InetAddress address, int port) {
    memory.set(PORT, 2, (short) port);
    byte[] host = address.getAddress();
    if (address instanceof Inet6Address v6) {
      memory.set(JAVA_SHORT, 0, (short) SystemCalls.AF_INET6);
      MemorySegment.copy(host, 0, memory, JAVA_BYTE, 8, host.length);
      memory.set(JAVA_INT, 24, v6.getScopeId());
      return IPV6_LENGTH;
    }
    memory.set(JAVA_SHORT, 0, (short) SystemCalls.AF_INET);
    MemorySegment.copy(host, 0, memory, JAVA_BYTE, 4, host.length);
    return IPV4_LENGTH;
  }

  /** Passes the address that the kernel left to somebody who may want it as an object. */
  void copyTo(PeerAddress peer) {
    copyTo(peer, length.get(JAVA_INT, 0));
  }

  /** As {@link #copyTo(PeerAddress)}, with the length that the kernel left elsewhere. */
  void copyTo(PeerAddress peer, int addressLength) {
    int family = memory.get(JAVA_SHORT, 0);
    if (addressLength <= FAMILY_LENGTH) {
      peer.set(null);
    } else if (family == SystemCalls.AF_UNIX) {
      peer.set(decodePath(addressLength));
    } else if (family == SystemCalls.AF_INET) {
      peer.capture(memory.get(JAVA_LONG, 0), 0, 0, 0);
    } else {
      // The last four bytes of the fourth word are beyond the address.
      peer.capture(
          memory.get(JAVA_LONG, 0),
          memory.get(JAVA_LONG, 8),
          memory.get(JAVA_LONG, 16),
          Integer.toUnsignedLong(memory.get(JAVA_INT, 24)));
    }
  }

  /** Reads the address that the kernel left. */
  SocketAddress decode() {
    return memory.get(JAVA_SHORT, 0) == SystemCalls.AF_UNIX
        ? decodePath(length.get(JAVA_INT, 0))
        : decodeHost(memory);
  }

  /** An abstract name, which begins with a zero byte, is given as no name. */
  private UnixDomainSocketAddress decodePath(int addressLength) {
    int end = FAMILY_LENGTH;
    int limit = Math.min(addressLength, CAPACITY);
    while (end < limit && memory.get(JAVA_BYTE, end) != 0) {
      end++;
    }
    byte[] path = memory.asSlice(FAMILY_LENGTH, end - FAMILY_LENGTH).toArray(JAVA_BYTE);
    return UnixDomainSocketAddress.of(new String(path, StandardCharsets.UTF_8));
  }

  /** Reads an address of IP. */
  static InetSocketAddress decodeHost(MemorySegment memory) {
    boolean v6 = memory.get(JAVA_SHORT, 0) == SystemCalls.AF_INET6;
    byte[] host = new byte[v6 ? 16 : 4];
    MemorySegment.copy(memory, JAVA_BYTE, v6 ? 8 : 4, host, 0, host.length);
    int port = Short.toUnsignedInt(memory.get(PORT, 2));
    int scope = v6 ? memory.get(JAVA_INT, 24) : 0;
    try {
      InetAddress address =
          scope == 0
              ? InetAddress.getByAddress(host)
              : Inet6Address.getByAddress(null, host, scope);
      return new InetSocketAddress(address, port);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 and 16 bytes are the lengths of addresses", e);
    }
  }
}
