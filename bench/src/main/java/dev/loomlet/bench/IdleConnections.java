package dev.loomlet.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Connections that were used once, so that their greenlets wait for more, and now rest. */
final class IdleConnections implements AutoCloseable {
  private final List<SocketChannel> channels = new ArrayList<>();

  /**
   * Connects, and sees to it that each connection is being served.
   *
   * @param from this side's address, as each has only so many ports
   */
  IdleConnections(String from, int port, int count) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    try {
      for (int i = 0; i < count; i++) {
        SocketChannel channel = SocketChannel.open();
        channels.add(channel);
        channel.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        one.clear();
        one.put(0, (byte) 'a');
        channel.write(one);
        one.clear();
        if (channel.read(one) != 1 || one.get(0) != 'A') {
          throw new IOException("the server did not reply properly");
        }
      }
    } catch (IOException e) {
      close();
      throw new IOException(
          "connection "
              + channels.size()
              + " of "
              + count
              + ": "
              + e.getMessage()
              + " (each side needs a descriptor for each; see ulimit -n)",
          e);
    }
  }

  int size() {
    return channels.size();
  }

  @Override
  public void close() {
    for (SocketChannel channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        // It was to go anyway.
      }
    }
  }
}
