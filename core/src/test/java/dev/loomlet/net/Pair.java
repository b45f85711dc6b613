package dev.loomlet.net;

import dev.loomlet.testing.TestLoop;
import java.nio.charset.StandardCharsets;

/** Both ends of a connection, for tests. */
final class Pair {
  private Pair() {}

  interface Test {
    void run(TcpStream near, TcpStream far) throws Exception;
  }

  /** Runs code on a loop with both ends of a connection. */
  static void withPair(TestLoop loop, Test test) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept()) {
            test.run(near, far);
          }
        });
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
