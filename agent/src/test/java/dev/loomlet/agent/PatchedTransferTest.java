package dev.loomlet.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.engine.Engines;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What reads and writes of the JDK's sockets give when Loomlet makes the system calls. */
class PatchedTransferTest {
  private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();
  private static final Duration SOON = Duration.ofSeconds(10);

  @BeforeAll
  static void patch() {
    assertThat(Patch.all().of(Topic.SOCKETS).patched()).isTrue();
  }

  /** Two ends of a connection. */
  private interface Exchange {
    void between(Socket client, Socket peer) throws Exception;
  }

  private static void connected(String engine, Exchange exchange) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          try (ServerSocket server = new ServerSocket(0, 1, LOCAL);
              Socket client = new Socket(LOCAL, server.getLocalPort());
              Socket peer = server.accept()) {
            Loomlet.withTimeout(SOON, () -> exchange.between(client, peer));
          }
        });
  }

  /** Two channels that are connected. */
  private interface ChannelExchange {
    void between(SocketChannel client, SocketChannel peer) throws Exception;
  }

  /** Runs code with two channels, of which the client has waited and read all there was. */
  private static void channels(String engine, ChannelExchange exchange) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          try (ServerSocketChannel server = ServerSocketChannel.open().bind(null);
              SocketChannel client = SocketChannel.open(server.getLocalAddress());
              SocketChannel peer = server.accept()) {
            Greenlet<Integer> reader = Loomlet.spawn(() -> client.read(ByteBuffer.allocate(9)));
            Loomlet.yield();
            peer.write(ByteBuffer.wrap(new byte[3]));
            assertThat(reader.get()).isEqualTo(3);
            exchange.between(client, peer);
          }
        });
  }

  /** Has the client wait and read all there is, so that its socket is known to be empty. */
  private static void drain(Socket client, Socket peer) throws Exception {
    Greenlet<Integer> reader = Loomlet.spawn(() -> client.getInputStream().read(new byte[9]));
    Loomlet.yield();
    peer.getOutputStream().write(new byte[] {1, 2, 3});
    assertThat(reader.get()).isEqualTo(3);
  }

  @OnEachEngine
  void whatCameTogetherWithTheEndIsFollowedByTheEnd(String engine) throws Exception {
    connected(
        engine,
        (client, peer) -> {
          // given
          InputStream in = client.getInputStream();
          Greenlet<Integer> reader = Loomlet.spawn(() -> in.read(new byte[9]));
          Loomlet.yield();
          // when
          peer.getOutputStream().write(new byte[] {1, 2, 3});
          peer.close();
          // then
          assertThat(reader.get()).isEqualTo(3);
          assertThat(in.read(new byte[9])).isEqualTo(-1);
          assertThat(in.read()).isEqualTo(-1);
        });
  }

  @OnEachEngine
  void whatOthersWriteBeforeACloseInTheSameTurnArrives(String engine) throws Exception {
    connected(
        engine,
        (client, peer) -> {
          // given: a socket that has been waited for, and more to do in the turn
          drain(client, peer);
          Greenlet<?> writer =
              Loomlet.spawn(() -> client.getOutputStream().write(new byte[] {4, 5, 6}));
          Greenlet<?> closer = Loomlet.spawn(client::close);
          for (int i = 0; i < 5; i++) {
            Loomlet.spawn(Loomlet::yield);
          }
          // when
          byte[] read = peer.getInputStream().readAllBytes();
          // then
          assertThat(read).isEqualTo(new byte[] {4, 5, 6});
          closer.get();
          writer.join();
        });
  }

  @OnEachEngine
  void anEmptySocketIsReadAgainWhenSomethingHasCome(String engine) throws Exception {
    connected(
        engine,
        (client, peer) -> {
          for (int i = 0; i < 5; i++) {
            // given
            drain(client, peer);
            // when
            peer.getOutputStream().write(7);
            byte[] bytes = new byte[9];
            int read = client.getInputStream().read(bytes, 4, 3);
            // then
            assertThat(read).isEqualTo(1);
            assertThat(bytes).isEqualTo(new byte[] {0, 0, 0, 0, 7, 0, 0, 0, 0});
          }
        });
  }

  @OnEachEngine
  void whoIsInterruptedReadsWhatIsThereAsTheJdkDoes(String engine) throws Exception {
    connected(
        engine,
        (client, peer) -> {
          // given
          drain(client, peer);
          peer.getOutputStream().write(8);
          // when
          Thread.currentThread().interrupt();
          int read = client.getInputStream().read();
          // then
          assertThat(Thread.interrupted()).isTrue();
          assertThat(read).isEqualTo(8);
          assertThat(client.isClosed()).isFalse();
        });
  }

  private static Socket socketOfInitialiser;

  /** Reads in its static initialiser, where a virtual thread cannot leave its carrier. */
  private static final class ReadsOneByte {
    static final int VALUE = readOne();

    private static int readOne() {
      try {
        return socketOfInitialiser.getInputStream().read();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void aPinnedThreadReadsOnFromASocketThatWasEmpty() throws Exception {
    connected(
        Engines.AUTO,
        (client, peer) -> {
          // given
          drain(client, peer);
          socketOfInitialiser = client;
          OutputStream out = peer.getOutputStream();
          // when
          Thread writer =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        try {
                          Thread.sleep(20);
                          out.write(42);
                        } catch (IOException | InterruptedException e) {
                          throw new AssertionError(e);
                        }
                      });
          // then
          assertThat(ReadsOneByte.VALUE).isEqualTo(42);
          writer.join();
        });
  }

  @OnEachEngine
  void aResetIsToldInTheJdksWordsAndRemembered(String engine) throws Exception {
    connected(
        engine,
        (client, peer) -> {
          // when
          peer.setSoLinger(true, 0);
          peer.close();
          // then
          for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> client.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessage("Connection reset");
          }
          assertThatThrownBy(() -> client.getOutputStream().write(1))
              .isInstanceOf(SocketException.class)
              .hasMessage("Broken pipe");
        });
  }

  @OnEachEngine
  void aChannelThatDoesNotBlockReadsWhatIsThere(String engine) throws Exception {
    channels(
        engine,
        (client, peer) -> {
          // given
          client.configureBlocking(false);
          assertThat(client.read(ByteBuffer.allocate(9))).isZero();
          // when
          peer.write(ByteBuffer.wrap(new byte[2]));
          // then
          assertThat(client.read(ByteBuffer.allocate(9))).isEqualTo(2);
          peer.close();
          assertThat(client.read(ByteBuffer.allocateDirect(9))).isEqualTo(-1);
        });
  }

  @OnEachEngine
  void severalBuffersAreWrittenInTheirOrderWhileOthersAreReady(String engine) throws Exception {
    channels(
        engine,
        (client, peer) -> {
          // when
          ByteBuffer[] pieces = {
            ByteBuffer.wrap("in ".getBytes(US_ASCII)),
            ByteBuffer.allocate(0),
            ByteBuffer.wrap("one ".getBytes(US_ASCII)),
            ByteBuffer.wrap("go".getBytes(US_ASCII))
          };
          Greenlet<Long> writer = Loomlet.spawn(() -> client.write(pieces));
          for (int i = 0; i < 5; i++) {
            Loomlet.spawn(Loomlet::yield);
          }
          // then
          assertThat(writer.get()).isEqualTo(9);
          assertThat(pieces).noneMatch(ByteBuffer::hasRemaining);
          client.shutdownOutput();
          ByteBuffer read = ByteBuffer.allocate(20);
          while (peer.read(read) >= 0) {
            // More may come.
          }
          assertThat(new String(read.array(), 0, read.position(), US_ASCII)).isEqualTo("in one go");
        });
  }

  @OnEachEngine
  void aPipeIsNoSocketAndWorksAllTheSame(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          Pipe pipe = Pipe.open();
          try (Pipe.SourceChannel source = pipe.source();
              Pipe.SinkChannel sink = pipe.sink()) {
            Greenlet<Integer> reader = Loomlet.spawn(() -> source.read(ByteBuffer.allocate(9)));
            Loomlet.yield();
            sink.write(ByteBuffer.wrap(new byte[4]));
            assertThat(reader.get()).isEqualTo(4);
          }
        });
  }
}
