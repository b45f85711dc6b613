package dev.loomlet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The JDK's sockets, used as if Loomlet did not exist, by greenlets. */
class PatchedSocketTest {
  private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();

  @BeforeAll
  static void patch() {
    assertThat(Patch.all().of(Topic.SOCKETS).patched()).isTrue();
  }

  private static void echo(Socket socket) throws IOException {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    }
  }

  /** Serves until it is killed. */
  private static Greenlet<?> spawnEchoServer(ServerSocket server) {
    return Loomlet.spawn(
        () -> {
          while (true) {
            Socket socket = server.accept();
            Loomlet.spawn(() -> echo(socket));
          }
        });
  }

  private static void exchange(int port, int times) throws IOException {
    try (Socket socket = new Socket(LOCAL, port)) {
      for (int i = 0; i < times; i++) {
        byte[] sent = {(byte) i, (byte) (i + 1), 7};
        socket.getOutputStream().write(sent);
        assertThat(socket.getInputStream().readNBytes(3)).isEqualTo(sent);
      }
    }
  }

  @OnEachEngine
  void manyConnectionsAreServedOnOneLoopAndNumbersAreUsedAgain(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          // given
          try (ServerSocket server = new ServerSocket(0, 100, LOCAL)) {
            Greenlet<?> acceptor = spawnEchoServer(server);
            List<Greenlet<?>> clients = new ArrayList<>();
            // when: each closes its connection and gets a number that was another's
            for (int i = 0; i < 20; i++) {
              clients.add(
                  Loomlet.spawn(
                      () -> {
                        for (int round = 0; round < 5; round++) {
                          exchange(server.getLocalPort(), 5);
                        }
                      }));
            }
            // then
            for (Greenlet<?> client : clients) {
              client.get();
            }
            acceptor.kill();
          }
        });
  }

  @ParameterizedTest
  @MethodSource("dev.loomlet.agent.OnEachEngine$Names#ofLinux")
  void noPollerOfTheJdkIsAsked(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          // given
          try (ServerSocket server = new ServerSocket(0, 1, LOCAL)) {
            Greenlet<Socket> accepting = Loomlet.spawn(server::accept);
            // when
            Loomlet.sleep(20);
            int registered = registeredWithPollers();
            new Socket(LOCAL, server.getLocalPort()).close();
            accepting.get().close();
            // then
            assertThat(registered).isZero();
          }
        });
  }

  private static int registeredWithPollers() throws ReflectiveOperationException {
    Class<?> poller = Class.forName("sun.nio.ch.Poller");
    int sum = 0;
    for (String kind : new String[] {"readPollers", "writePollers"}) {
      for (Object each : (List<?>) poller.getMethod(kind).invoke(null)) {
        sum += (int) poller.getMethod("registered").invoke(each);
      }
    }
    return sum;
  }

  @OnEachEngine
  void aReadEndsAfterItsTimeOut(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          try (ServerSocket server = new ServerSocket(0, 1, LOCAL);
              Socket client = new Socket(LOCAL, server.getLocalPort());
              Socket peer = server.accept()) {
            client.setSoTimeout(30);
            assertThatThrownBy(() -> client.getInputStream().read())
                .isInstanceOf(SocketTimeoutException.class);
            // It can be used on.
            peer.getOutputStream().write(5);
            assertThat(client.getInputStream().read()).isEqualTo(5);
          }
        });
  }

  @OnEachEngine
  void aLargeWriteWaitsForItsReader(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          try (ServerSocket server = new ServerSocket(0, 1, LOCAL);
              Socket client = new Socket(LOCAL, server.getLocalPort());
              Socket peer = server.accept()) {
            byte[] sent = new byte[3_000_000];
            Greenlet<?> writer = Loomlet.spawn(() -> client.getOutputStream().write(sent));
            Loomlet.yield();
            assertThat(peer.getInputStream().readNBytes(sent.length)).hasSize(sent.length);
            writer.get();
          }
        });
  }

  @OnEachEngine
  void closeEndsTheReadOfAnother(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          for (boolean fromOutside : new boolean[] {false, true}) {
            try (ServerSocket server = new ServerSocket(0, 1, LOCAL);
                Socket client = new Socket(LOCAL, server.getLocalPort());
                Socket peer = server.accept()) {
              // given
              Greenlet<Integer> reader = Loomlet.spawn(() -> client.getInputStream().read());
              Loomlet.sleep(10);
              // when
              if (fromOutside) {
                Thread.ofPlatform().start(() -> closeQuietly(client));
              } else {
                client.close();
              }
              // then
              assertThatThrownBy(reader::get).hasStackTraceContaining("Socket closed");
            }
          }
        });
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @OnEachEngine
  void anInterruptClosesTheSocketAsTheJdkSays(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          try (ServerSocket server = new ServerSocket(0, 1, LOCAL);
              Socket client = new Socket(LOCAL, server.getLocalPort());
              Socket peer = server.accept()) {
            Thread[] thread = new Thread[1];
            Greenlet<Throwable> reader =
                Loomlet.spawn(
                    () -> {
                      thread[0] = Thread.currentThread();
                      try {
                        client.getInputStream().read();
                        return null;
                      } catch (SocketException e) {
                        Thread.interrupted();
                        return e;
                      }
                    });
            Loomlet.sleep(10);
            thread[0].interrupt();
            assertThat(reader.get()).hasMessage("Closed by interrupt");
            assertThat(client.isClosed()).isTrue();
          }
        });
  }

  @ParameterizedTest
  @MethodSource("dev.loomlet.agent.OnEachEngine$Names#ofLinux")
  void aCancelledReadHasReadNothingAndLeavesTheSocketOpen(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          try (ServerSocketChannel server = ServerSocketChannel.open().bind(null);
              SocketChannel client = SocketChannel.open(server.getLocalAddress());
              SocketChannel peer = server.accept()) {
            // given
            Greenlet<Integer> reader = Loomlet.spawn(() -> client.read(ByteBuffer.allocate(9)));
            Loomlet.sleep(10);
            // when
            reader.kill();
            // then
            assertThat(client.isOpen()).isTrue();
            peer.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertThat(client.read(ByteBuffer.allocate(9))).isEqualTo(3);
            assertThat(
                    Loomlet.moveOnAfter(
                        Duration.ofMillis(10), () -> client.socket().getInputStream().read()))
                .isFalse();
            assertThat(client.isOpen()).isTrue();
          }
        });
  }

  @OnEachEngine
  void aSelectorWaitsWithoutStoppingTheLoop(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          try (Selector selector = Selector.open();
              ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(LOCAL, 0)).configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            for (int i = 0; i < 3; i++) {
              Greenlet<Integer> selecting = Loomlet.spawn(() -> selector.select());
              Loomlet.sleep(5);
              try (SocketChannel client = SocketChannel.open(server.getLocalAddress())) {
                assertThat(selecting.get()).isEqualTo(1);
                selector.selectedKeys().clear();
                server.accept().close();
              }
            }
            assertThat(selector.select(5)).isZero();
            Greenlet<Integer> selecting = Loomlet.spawn(() -> selector.select());
            Loomlet.sleep(5);
            selector.wakeup();
            assertThat(selecting.get()).isZero();
          }
        });
  }

  @OnEachEngine
  void datagramsArriveAndTimeOut(String engine) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          try (DatagramSocket receiver = new DatagramSocket(0, LOCAL);
              DatagramChannel sender = DatagramChannel.open()) {
            DatagramPacket packet = new DatagramPacket(new byte[10], 10);
            Greenlet<?> receiving = Loomlet.spawn(() -> receiver.receive(packet));
            Loomlet.sleep(5);
            sender.send(ByteBuffer.wrap(new byte[3]), receiver.getLocalSocketAddress());
            receiving.get();
            assertThat(packet.getLength()).isEqualTo(3);
            receiver.setSoTimeout(10);
            assertThatThrownBy(() -> receiver.receive(packet))
                .isInstanceOf(SocketTimeoutException.class);
          }
        });
  }

  @OnEachEngine
  void unixDomainChannelsWait(String engine, @TempDir Path folder) throws Exception {
    OnEachEngine.Names.run(
        engine,
        () -> {
          UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
          try (ServerSocketChannel server =
              ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address)) {
            Greenlet<SocketChannel> accepting = Loomlet.spawn(server::accept);
            Loomlet.sleep(5);
            try (SocketChannel client = SocketChannel.open(address);
                SocketChannel peer = accepting.get()) {
              Greenlet<Integer> reading = Loomlet.spawn(() -> peer.read(ByteBuffer.allocate(5)));
              Loomlet.sleep(5);
              client.write(ByteBuffer.wrap(new byte[2]));
              assertThat(reading.get()).isEqualTo(2);
            }
          }
        });
  }

  private static int portOfInitialiser;

  /** Reads in its static initialiser, where a virtual thread cannot leave its carrier. */
  private static final class ReadsWhenInitialised {
    static final int VALUE = readOne(portOfInitialiser);
  }

  private static int readOne(int port) {
    try (Socket socket = new Socket(LOCAL, port)) {
      return socket.getInputStream().read();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aPinnedThreadWaitsAsItDidBefore() throws Exception {
    // given
    try (ServerSocket server = new ServerSocket(0, 1, LOCAL)) {
      Thread.ofPlatform()
          .start(
              () -> {
                try (Socket socket = server.accept()) {
                  Thread.sleep(50);
                  socket.getOutputStream().write(42);
                } catch (IOException | InterruptedException e) {
                  throw new AssertionError(e);
                }
              });
      portOfInitialiser = server.getLocalPort();
      // when
      int value = Loomlet.run(() -> ReadsWhenInitialised.VALUE);
      // then
      assertThat(value).isEqualTo(42);
    }
  }

  @Test
  void virtualThreadsOutsideOfLoopsStillHaveTheirPollers() throws Exception {
    // given: the first to wait for a socket may have been a greenlet
    Loomlet.run(PatchedSocketTest::exchangeWithItself);
    CountDownLatch ready = new CountDownLatch(1);
    try (ServerSocket server = new ServerSocket(0, 1, LOCAL)) {
      FutureTask<Integer> accepting =
          new FutureTask<>(
              () -> {
                ready.countDown();
                try (Socket socket = server.accept()) {
                  return socket.getInputStream().read();
                }
              });
      // when
      Thread.ofVirtual().start(accepting);
      ready.await();
      try (Socket client = new Socket(LOCAL, server.getLocalPort())) {
        Thread.sleep(20);
        client.getOutputStream().write(9);
        // then
        assertThat(accepting.get(30, TimeUnit.SECONDS)).isEqualTo(9);
      }
    }
  }

  private static void exchangeWithItself() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, LOCAL)) {
      Greenlet<?> acceptor = spawnEchoServer(server);
      exchange(server.getLocalPort(), 1);
      acceptor.kill();
    }
  }
}
