package dev.loomlet.bench.peers;

import dev.loomlet.Loomlet;
import dev.loomlet.engine.Chunk;
import dev.loomlet.net.SocketStream;
import dev.loomlet.net.StreamServer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Takes what is sent, and answers how many bytes came; {@code bulk receive} in C. */
public final class LoomletBulkReceiver {
  private LoomletBulkReceiver() {}

  /** Takes the port; never returns. */
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    Loomlet.run(
        () -> {
          StreamServer server =
              StreamServer.builder(LoomletBulkReceiver::serve).bind("127.0.0.1", port).start();
          System.out.println("listening on " + server.address());
          server.join();
        });
  }

  private static void serve(SocketStream stream) throws IOException {
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
    while (true) {
      @Nullable Chunk first = stream.receive();
      if (first == null) {
        return;
      }
      int behind;
      try (first) {
        number.clear();
        // The sender awaits the answer first, so that the number comes whole.
        number.put(first.buffer().slice(0, Long.BYTES)).flip();
        behind = first.length() - Long.BYTES;
      }
      long total = take(stream, behind, number.getLong());
      stream.write(number.clear().putLong(total).flip());
    }
  }

  private static long take(SocketStream stream, int taken, long length) throws IOException {
    long total = taken;
    while (total < length) {
      @Nullable Chunk chunk = stream.receive();
      if (chunk == null) {
        throw new EOFException("the sender has closed the connection");
      }
      try (chunk) {
        total += chunk.length();
      }
    }
    return total;
  }
}
