package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;

/** Converts socket addresses to and from the kernel's form (ip(7), ipv6(7)). */
final class SocketAddresses {
  private static final int IPV4_LENGTH = 16;
  private static final int IPV6_LENGTH = 28;
  private static final ValueLayout.OfShort PORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private final MemorySegment memory = Arena.ofAuto().allocate(IPV6_LENGTH, 8);
  private final MemorySegment length = Arena.ofAuto().allocate(JAVA_INT);

  /** Where {@link #encode} writes and the kernel leaves its answers. */
  long address() {
    return memory.address();
  }

  /** Where the kernel finds and leaves the length; made ready for a call that answers. */
  long lengthAddress() {
    length.set(JAVA_INT, 0, IPV6_LENGTH);
    return length.address();
  }

  /**
   * Writes an address.
   *
   * @return its length in bytes
   */
  int encode(InetSocketAddress source) {
    memory.fill((byte) 0);
    memory.set(PORT, 2, (short) source.getPort());
    byte[] host = source.getAddress().getAddress();
    if (source.getAddress() instanceof Inet6Address v6) {
      memory.set(JAVA_SHORT, 0, (short) SystemCalls.AF_INET6);
      MemorySegment.copy(host, 0, memory, JAVA_BYTE, 8, host.length);
      memory.set(JAVA_INT, 24, v6.getScopeId());
      return IPV6_LENGTH;
    }
    memory.set(JAVA_SHORT, 0, (short) SystemCalls.AF_INET);
    MemorySegment.copy(host, 0, memory, JAVA_BYTE, 4, host.length);
    return IPV4_LENGTH;
  }

  /** Reads the address that the kernel left. */
  InetSocketAddress decode() {
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
