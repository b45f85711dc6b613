package dev.loomlet.bench.peers;

import dev.loomlet.Loomlet;
import dev.loomlet.engine.Chunk;
import dev.loomlet.net.SocketStream;
import dev.loomlet.net.StreamServer;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The subject: straight-line code on one loop, a greenlet for each connection, chunks of the loop.
 */
public final class LoomletEchoServer {
  private LoomletEchoServer() {}

  /** Takes the port; never returns. */
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    Loomlet.run(
        () -> {
          StreamServer server =
              StreamServer.builder(LoomletEchoServer::serve).bind("127.0.0.1", port).start();
          System.out.println("listening on " + server.address());
          server.join();
        });
  }

  @SuppressWarnings("BadInstanceof") // the idiom of receive(): null at the end
  private static void serve(SocketStream stream) throws IOException {
    while (stream.receive() instanceof Chunk chunk) {
      try (chunk) {
        ByteBuffer bytes = chunk.buffer();
        Upper.upper(bytes, bytes.position(), bytes.limit());
        stream.write(chunk);
      }
    }
  }
}
