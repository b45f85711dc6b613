package dev.loomlet.linux;

import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who sent the datagram that a socket received last. An object is made of it only when somebody
 * asks, and not again while the sender stays the same.
 */
public final class PeerAddress {
  private long first;
  private long second;
  private long third;
  private long fourth;
  private boolean known;
  private @Nullable SocketAddress decoded;

  /** Creates one that names nobody. */
  public PeerAddress() {}

  /** Copies an address of IP in the kernel's form. */
  void capture(long newFirst, long newSecond, long newThird, long newFourth) {
    if (!known
        || newFirst != first
        || newSecond != second
        || newThird != third
        || newFourth != fourth) {
      first = newFirst;
      second = newSecond;
      third = newThird;
      fourth = newFourth;
      known = true;
      decoded = null;
    }
  }

  /** Takes an address over that is an object already, or that there is none. */
  void set(@Nullable SocketAddress address) {
    known = false;
    decoded = address;
  }

  /** The address; null if the sender has none. */
  public @Nullable SocketAddress get() {
    if (decoded == null && known) {
      decoded =
          SocketAddresses.decodeHost(
              MemorySegment.ofArray(new long[] {first, second, third, fourth}));
    }
    return decoded;
  }
}
