/// Upper-casing TCP server, a greenlet for each connection.
///
/// Straight-line code: `receive` and `write` make only their own greenlet wait.
///
///     ./loomlet run examples/C10EchoServer.java [PORT [CONNECTIONS]]

import dev.loomlet.engine.Chunk;
import dev.loomlet.net.SocketStream;
import dev.loomlet.net.StreamServer;

void serve(SocketStream stream) throws IOException {
  while (stream.receive() instanceof Chunk chunk) {
    try (chunk) {
      upperCase(chunk.buffer());
      stream.write(chunk);
    }
  }
}

/// Takes 32 from each small letter; without a branch, which mixed text would often mispredict.
void upperCase(ByteBuffer text) {
  for (int i = text.position(), end = text.limit(); i < end; i++) {
    byte c = text.get(i);
    int letter = c - 'a' & 0xff;
    text.put(i, (byte) (c - (letter - 26 >>> 31 << 5)));
  }
}

void main(String[] args) {
  try {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
    int limit = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
    var server = StreamServer.builder(this::serve).bind("127.0.0.1", port).maxConnections(limit);
    try (var running = server.start()) {
      IO.println("listening on " + running.address());
      running.join();
    }
  } catch (NumberFormatException e) {
    fail("port and connections must be numbers, not: " + String.join(" ", args));
  } catch (IOException | IllegalArgumentException e) {
    fail(e.getMessage());
  }
}

void fail(String why) {
  System.err.println("C10EchoServer: " + why);
  System.exit(1);
}
