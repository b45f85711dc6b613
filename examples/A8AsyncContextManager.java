/// An asynchronous context manager: a client that is opened and closed around a block.
///
/// It is closed also when the block fails.
///
/// Python needs `__aenter__`, `__aexit__` and `async with`, because opening and closing wait. Here
/// they may wait in a constructor and in `close()`, so `try` with resources is enough.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import java.nio.charset.StandardCharsets;

/** Talks to the upper-casing server; says hello and goodbye on the wire. */
final class Client implements AutoCloseable {
  private final TcpStream stream;

  Client(int port) throws IOException {
    stream = TcpStream.connect("127.0.0.1", port);
    IO.println("opened: " + ask("hello"));
  }

  String ask(String text) throws IOException {
    byte[] reply = new byte[100];
    stream.write(text.getBytes(StandardCharsets.UTF_8));
    return new String(reply, 0, stream.read(reply), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    try (stream) {
      IO.println("closed: " + ask("goodbye"));
    }
  }
}

void serve(TcpListener listener) throws IOException {
  while (true) {
    TcpStream stream = listener.accept();
    spawn(
        () -> {
          try (stream) {
            byte[] buffer = new byte[100];
            for (int n = stream.read(buffer); n > 0; n = stream.read(buffer)) {
              String text = new String(buffer, 0, n, StandardCharsets.UTF_8);
              stream.write(text.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
            }
          }
        });
  }
}

void main() throws Exception {
  try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
    var server = spawn(() -> serve(listener));

    try (Client client = new Client(listener.port())) {
      IO.println("in the block: " + client.ask("a question"));
    }
    try (Client client = new Client(listener.port())) {
      throw new IllegalStateException("the block fails");
    } catch (IllegalStateException e) {
      IO.println("caught: " + e.getMessage());
    }
    server.kill();
  }
}
