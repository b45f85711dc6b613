package dev.loomlet.net;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A datagram that was received by UDP.
 *
 * @param data all of it; empty if it was
 * @param sender who sent it, as far as UDP can be trusted
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier for pattern matching, not a value to compare
public record Datagram(byte[] data, InetSocketAddress sender) {

  /** The data as UTF-8. */
  public String text() {
    return new String(data, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "Datagram[" + data.length + " bytes from " + Addresses.text(sender) + "]";
  }
}
