package dev.loomlet.bench.peers;

import dev.loomlet.Loomlet;
import dev.loomlet.engine.Chunk;
import dev.loomlet.net.SocketStream;
import dev.loomlet.net.StreamServer;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes what is sent, and at the end answers how many bytes came; {@code bulk receive} in C. */
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

  @SuppressWarnings("BadInstanceof") // the idiom of receive(): null at the end
  private static void serve(SocketStream stream) throws IOException {
    long total = 0;
    while (stream.receive() instanceof Chunk chunk) {
      try (chunk) {
        total += chunk.length();
      }
    }
    stream.write(ByteBuffer.allocate(Long.BYTES).putLong(total).flip());
  }
}
