package dev.loomlet.engine;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Action;
import dev.loomlet.AsyncResult;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopOptions;
import dev.loomlet.net.StreamServer;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The helper threads of the engine of blocking calls. */
@Timeout(60)
final class BlockingEngineTest {

  @BeforeEach
  void onLinux() {
    Assumptions.assumeTrue(LinuxSupport.unavailableReason() == null, "needs Linux");
  }

  private static void run(EngineFactory engine, Action main) throws Exception {
    Loomlet.run(LoopOptions.defaults().withEngine(engine).withUncaughtHandler((_, _) -> {}), main);
  }

  private static void withMost(int helpers, Action main) throws Exception {
    System.setProperty(BlockingEngine.PROPERTY, Integer.toString(helpers));
    try {
      run(BlockingEngine::new, main);
    } finally {
      System.clearProperty(BlockingEngine.PROPERTY);
    }
  }

  private static int helpers() {
    return ((BlockingEngine) Loop.current().engine()).helpers();
  }

  private static long helperThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(each -> each.getName().startsWith("loomlet-blocking-"))
        .count();
  }

  @Test
  void needsAHelperOnlyForWhatWaits() throws Exception {
    run(
        BlockingEngine::new,
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            // when: one after the other
            for (int i = 0; i < 50; i++) {
              try (TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
                  TcpStream far = listener.accept()) {
                Greenlet<Integer> reader = spawn(() -> far.read(new byte[1]));
                Loomlet.yield();
                near.write(new byte[1]);
                assertThat(reader.get()).isEqualTo(1);
              }
            }

            // then
            assertThat(helpers()).isBetween(1, 3);
          }
        });
  }

  @Test
  void letsHelpersGoThatHaveNothingToDoAndAllWhenItCloses() throws Exception {
    long before = helperThreads();
    run(
        context -> new BlockingEngine(context, 20_000_000),
        () -> {
          // given
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept()) {
            Greenlet<Integer> reader = spawn(() -> far.read(new byte[1]));
            sleep(1);
            assertThat(helpers()).isPositive();

            // when
            near.write(new byte[1]);
            reader.get();

            // then
            while (helpers() > 0) {
              sleep(5);
            }

            // when: they are needed anew, and still are when the loop ends
            spawn(() -> far.read(new byte[1])).linkException(_ -> {});
            sleep(1);
          }
        });
    while (helperThreads() > before) {
      Thread.sleep(1);
    }
  }

  @Test
  void saysWhatTheLimitIsAndWhatToDoAboveIt() throws Exception {
    withMost(
        2,
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            // given: as many wait as may
            List<TcpStream> near = new ArrayList<>();
            List<TcpStream> far = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
              near.add(TcpStream.connect("127.0.0.1", listener.port()));
              far.add(listener.accept());
            }
            Greenlet<Integer> first = spawn(() -> far.get(0).read(new byte[1]));
            Greenlet<Integer> second = spawn(() -> far.get(1).read(new byte[1]));
            Loomlet.yield();

            // when / then
            assertThatThrownBy(() -> far.get(2).read(new byte[1]))
                .isInstanceOf(DescriptorsExhaustedException.class)
                .hasMessageContaining("2 helper threads")
                .hasMessageContaining("-Dloomlet.blocking.helpers")
                .hasMessageContaining("--engine epoll");

            // then: those are served, and so is who comes later
            near.get(0).write(new byte[1]);
            assertThat(first.get()).isEqualTo(1);
            Greenlet<Integer> third = spawn(() -> far.get(2).read(new byte[1]));
            Loomlet.yield();
            near.get(2).write(new byte[1]);
            assertThat(third.get()).isEqualTo(1);
            near.get(1).write(new byte[1]);
            assertThat(second.get()).isEqualTo(1);
            near.forEach(TcpStream::close);
            far.forEach(TcpStream::close);
          }
        });
  }

  @Test
  void keepsAServerGoingThatHasNoHelperLeft() throws Exception {
    withMost(
        4,
        () -> {
          try (StreamServer server =
              StreamServer.builder(stream -> stream.read(new byte[1]))
                  .bind("127.0.0.1", 0)
                  .start()) {
            // given: one helper accepts and the others read, or the other way round
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
              clients.add(Loomlet.runInExecutor(() -> connect(server.port())).get());
            }

            // when: all leave
            for (Socket each : clients) {
              each.close();
            }
            while (server.connections() > 0) {
              sleep(1);
            }

            // then
            AsyncResult<Integer> late =
                Loomlet.runInExecutor(
                    () -> {
                      try (Socket socket = connect(server.port())) {
                        socket.getOutputStream().write(1);
                        return socket.getInputStream().read();
                      }
                    });
            assertThat(late.get()).isEqualTo(-1);
          }
        });
  }

  private static Socket connect(int port) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }
}
