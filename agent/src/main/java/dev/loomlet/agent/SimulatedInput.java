package dev.loomlet.agent;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * The bytes that arrive at a simulated socket. Whoever asks how many there are has them fetched,
 * because a socket of an engine only knows whether there are any.
 */
final class SimulatedInput extends InputStream {
  private static final int MOST_FETCHED = 8192;

  private final SimulatedSocket socket;
  private byte[] fetched = {};
  private int position;

  SimulatedInput(SimulatedSocket socket) {
    this.socket = socket;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    int left = fetched.length - position;
    if (left == 0) {
      return socket.read(bytes, offset, length);
    }
    int taken = Math.min(left, length);
    System.arraycopy(fetched, position, bytes, offset, taken);
    position += taken;
    return taken;
  }

  @Override
  public int available() throws IOException {
    if (position == fetched.length) {
      byte[] room = new byte[MOST_FETCHED];
      int count = socket.readArrived(room);
      // Another greenlet may have fetched meanwhile.
      byte[] before = fetched;
      int from = position;
      int old = before.length - from;
      byte[] all = new byte[old + Math.max(0, count)];
      System.arraycopy(before, from, all, 0, old);
      System.arraycopy(room, 0, all, old, all.length - old);
      fetched = all;
      position = 0;
    }
    return fetched.length - position;
  }
}
