package dev.loomlet.bench.peers;

import dev.loomlet.Loomlet;
import dev.loomlet.net.SocketStream;
import dev.loomlet.net.StreamServer;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The subject as who comes from {@code java.net} would write it: an array for each connection. */
public final class LoomletArrayEchoServer {
  private static final int BUFFER_SIZE = 4096;

  private LoomletArrayEchoServer() {}

  /** Takes the port; never returns. */
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    Loomlet.run(
        () -> {
          StreamServer server =
              StreamServer.builder(LoomletArrayEchoServer::serve).bind("127.0.0.1", port).start();
          System.out.println("listening on " + server.address());
          server.join();
        });
  }

  private static void serve(SocketStream stream) throws IOException {
    byte[] array = new byte[BUFFER_SIZE];
    ByteBuffer bytes = ByteBuffer.wrap(array);
    for (int count; (count = stream.read(array)) >= 0; ) {
      Upper.upper(bytes, 0, count);
      stream.write(array, 0, count);
    }
  }
}
