package dev.loomlet.net;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A datagram that was received by a Unix socket.
 *
 * @param data all of it; empty if it was
 * @param sender the path of who sent it; null if he has none, so that he cannot be answered
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier for pattern matching, not a value to compare
public record UnixDatagram(byte[] data, @Nullable Path sender) {

  /** The data as UTF-8. */
  public String text() {
    return new String(data, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "UnixDatagram[" + data.length + " bytes from " + sender + "]";
  }
}
