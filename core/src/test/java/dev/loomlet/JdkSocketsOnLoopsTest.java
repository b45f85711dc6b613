package dev.loomlet;

import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.testing.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The JDK's own sockets in greenlets of loops that come and go. In a JVM of its own, where nobody
 * has used such a socket before.
 */
final class JdkSocketsOnLoopsTest {

  /** Two loops after each other, each the home of a server and a client. */
  static final class TwoLoops {
    private TwoLoops() {}

    public static void main(String[] arguments) throws Exception {
      for (int i = 1; i <= 2; i++) {
        String name = "loop " + i;
        Loomlet.run(() -> System.out.println(name + ": " + exchange()));
      }
    }

    private static int exchange() throws Exception {
      try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        Greenlet<Integer> server = spawn(() -> readOne(listener));
        try (Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
          Loomlet.yield();
          client.getOutputStream().write(42);
          return server.get();
        }
      }
    }

    private static int readOne(ServerSocket listener) throws IOException {
      try (Socket socket = listener.accept()) {
        return socket.getInputStream().read();
      }
    }
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void outliveTheLoopThatUsedThemFirst() throws Exception {
    // given a JVM in which a greenlet is the first to wait for a socket of the JDK
    try (ChildJvm program = ChildJvm.start(TwoLoops.class)) {
      // when that greenlet's loop has ended
      assertThat(program.line()).isEqualTo("loop 1: 42");
      // then sockets of the JDK work on the next loop
      assertThat(program.line()).isEqualTo("loop 2: 42");
    }
  }
}
