package dev.loomlet.bench.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ThreadFactory;

/**
 * Blocking channels, a thread for each connection.
 *
 * <p>With direct buffers they are a little faster than {@code java.net} sockets, the more so the
 * more connections there are: no bytes are copied between heap and native memory.
 */
final class BlockingEcho {
  private static final int BUFFER_SIZE = 4096;
  private static final int BACKLOG = 16384;

  private BlockingEcho() {}

  static void run(String[] args, ThreadFactory threads) throws IOException {
    int port = Integer.parseInt(args[0]);
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
      System.out.println("listening on 127.0.0.1:" + listener.socket().getLocalPort());
      while (true) {
        SocketChannel channel = listener.accept();
        threads.newThread(() -> serve(channel)).start();
      }
    }
  }

  private static void serve(SocketChannel channel) {
    try (channel) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_SIZE);
      while (channel.read(buffer.clear()) >= 0) {
        Upper.upper(buffer.flip(), 0, buffer.limit());
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
    } catch (IOException e) {
      // The peer has gone; there is nobody to tell.
    }
  }
}
