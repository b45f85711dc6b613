package dev.loomlet.bench.peers;

import dev.loomlet.Loomlet;
import dev.loomlet.engine.Chunk;
import dev.loomlet.net.SocketStream;
import dev.loomlet.net.StreamServer;
import dev.loomlet.net.TlsOptions;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The subject with TLS: chunks as without it. */
public final class LoomletTlsEchoServer {
  private LoomletTlsEchoServer() {}

  /** Takes the port and a key store as {@link TlsKeys} makes it; never returns. */
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    TlsOptions options =
        TlsOptions.builder()
            .identity(TlsKeys.load(args[1]), TlsKeys.password())
            .protocols(TlsKeys.PROTOCOL)
            .build();
    Loomlet.run(
        () -> {
          StreamServer server =
              StreamServer.builder(LoomletTlsEchoServer::serve)
                  .bind("127.0.0.1", port)
                  .tls(options)
                  .start();
          System.out.println("listening on " + server.address());
          server.join();
        });
  }

  @SuppressWarnings("BadInstanceof") // the idiom of receive(): null at the end
  private static void serve(SocketStream stream) throws IOException {
    while (stream.receive() instanceof Chunk chunk) {
      try (chunk) {
        upper(chunk.buffer());
        stream.write(chunk);
      }
    }
  }

  private static void upper(ByteBuffer bytes) {
    int i = bytes.position();
    int end = bytes.limit();
    for (; i <= end - Long.BYTES; i += Long.BYTES) {
      bytes.putLong(i, Upper.upper(bytes.getLong(i)));
    }
    for (; i < end; i++) {
      bytes.put(i, Upper.upper(bytes.get(i)));
    }
  }
}
