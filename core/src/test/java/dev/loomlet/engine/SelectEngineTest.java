package dev.loomlet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Action;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.net.StreamServer;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where select(2) ends: at descriptor 1,024. */
@Timeout(60)
final class SelectEngineTest {
  private static final int LAST = 1023;

  @BeforeEach
  void onLinux() {
    Assumptions.assumeTrue(LinuxSupport.unavailableReason() == null, "needs Linux");
  }

  private static void run(Action main) throws Exception {
    Loomlet.run(
        LoopOptions.defaults()
            .withEngine(Engines.byName("select"))
            .withUncaughtHandler((_, _) -> {}),
        main);
  }

  @Test
  void refusesADescriptorAboveItsLimitAndSaysWhatToDo() throws Exception {
    run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            // given
            try (Hoard _ = Hoard.upTo(LAST)) {
              // when / then: it is said of sockets of each kind, and they are closed
              assertThatThrownBy(() -> TcpStream.connect("127.0.0.1", listener.port()))
                  .isInstanceOf(DescriptorsExhaustedException.class)
                  .hasMessageMatching(".*up to 1023, and this one is 10\\d\\d; .*--engine poll");
              assertThatThrownBy(() -> TcpListener.bind("127.0.0.1", 0))
                  .isInstanceOf(DescriptorsExhaustedException.class)
                  .hasMessageContaining("--engine poll");
            }

            // then: below it all is well
            try (TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
                TcpStream far = listener.accept()) {
              near.write(new byte[] {1});
              assertThat(far.read(new byte[2])).isEqualTo(1);
            }
          }
        });
  }

  @Test
  void startsNotAtAllWhereItCouldNotBeWoken() {
    try (Hoard _ = Hoard.upTo(LAST)) {
      assertThatThrownBy(() -> run(() -> {}))
          .rootCause()
          .hasMessageMatching(
              "cannot start the engine select: .* up to 1023, and this one is .*--engine poll");
    }
  }

  @Test
  void keepsAServerGoingThatRefusesTheClientsAboveTheLimit() throws Exception {
    run(
        () -> {
          try (StreamServer server =
              StreamServer.builder(stream -> stream.write("hello".getBytes()))
                  .bind("127.0.0.1", 0)
                  .start()) {
            // when
            try (Hoard _ = Hoard.upTo(LAST)) {
              for (int i = 0; i < 10; i++) {
                assertThat(greeting(server.port())).isEmpty();
              }
            }

            // then
            assertThat(server.refusedCount()).isEqualTo(10);
            assertThat(greeting(server.port())).isEqualTo("hello");
          }
        });
  }

  private static String greeting(int port) throws Exception {
    return Loomlet.runInExecutor(
            () -> {
              try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
              }
            })
        .get();
  }
}
