package unmodified;

import dev.loomlet.sim.Simulation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What the programs with channels have in common. */
final class ChannelCode {
  static final int PORT = 7000;

  private ChannelCode() {}

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  static String text(ByteBuffer buffer) {
    buffer.flip();
    return StandardCharsets.UTF_8.decode(buffer).toString();
  }

  static ServerSocketChannel listen() throws IOException {
    return ServerSocketChannel.open().bind(new InetSocketAddress(PORT));
  }

  static void writeAll(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  static String ask(String text) throws IOException {
    try (SocketChannel channel = SocketChannel.open(new InetSocketAddress("server", PORT))) {
      writeAll(channel, bytes(text));
      ByteBuffer answer = ByteBuffer.allocate(text.length());
      while (answer.hasRemaining() && channel.read(answer) >= 0) {
        // More may come.
      }
      return text(answer);
    }
  }

  static long after(Simulation sim, Duration before) {
    return sim.time().minus(before).toMillis();
  }
}
