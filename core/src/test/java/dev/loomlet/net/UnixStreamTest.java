package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.ListenOptions;
import dev.loomlet.engine.PeerCredentials;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams over Unix sockets: what they carry, their paths, and who is at the other end. */
@Timeout(60)
final class UnixStreamTest {
  @TempDir Path folder;

  private interface Code {
    void run(UnixStream near, UnixStream far) throws Exception;
  }

  private void withConnection(TestLoop loop, Code code) throws Exception {
    loop.run(
        () -> {
          try (UnixListener listener = UnixListener.bind(folder.resolve("s"));
              UnixStream near = UnixStream.connect(listener.path());
              UnixStream far = listener.accept()) {
            code.run(near, far);
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void carriesBytesBothWaysAndTheEnd(TestLoop loop) throws Exception {
    withConnection(
        loop,
        (near, far) -> {
          // when
          near.write(text("question"));
          near.shutdownOutput();
          // then
          byte[] room = new byte[20];
          assertThat(far.read(room)).isEqualTo(8);
          assertThat(room).startsWith(text("question"));
          assertThat(far.read(room)).isEqualTo(-1);
          far.write(text("answer"));
          try (Chunk chunk = near.receive()) {
            assertThat(StandardCharsets.UTF_8.decode(chunk.buffer()).toString())
                .isEqualTo("answer");
          }
        });
  }

  @OnEveryEngine
  void namesBothEnds(TestLoop loop) throws Exception {
    withConnection(
        loop,
        (near, far) -> {
          Path path = folder.resolve("s");
          assertThat(near.remoteAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
          assertThat(far.localAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
          assertThat(near.localAddress().getPath().toString()).isEmpty();
          assertThat(far.remoteAddress().getPath().toString()).isEmpty();
        });
  }

  @OnEveryEngine
  void deliversEveryByteOfABigTransfer(TestLoop loop) throws Exception {
    withConnection(
        loop,
        (near, far) -> {
          // given
          byte[] sent = new byte[3_000_000];
          new Random(5).nextBytes(sent);
          Greenlet<?> writer =
              spawn(
                  () -> {
                    near.write(sent);
                    near.close();
                  });
          // when
          byte[] received = far.inputStream().readAllBytes();
          // then
          writer.get();
          assertThat(received).isEqualTo(sent);
        });
  }

  @OnEveryEngine
  void makesPairsThatAreConnected(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<UnixStream> pair = UnixStream.pair();
          try (UnixStream one = pair.get(0);
              UnixStream other = pair.get(1)) {
            Greenlet<Integer> reader = spawn(() -> other.read(new byte[10]));
            sleep(5);
            // when
            one.write(text("hello"));
            // then
            assertThat(reader.get()).isEqualTo(5);
            other.write(text("you"));
            assertThat(one.read(new byte[10])).isEqualTo(3);
            one.close();
            assertThat(other.read(new byte[10])).isEqualTo(-1);
          }
        });
  }

  @OnEveryEngine
  void tellsWhoIsAtTheOtherEnd(TestLoop loop) throws Exception {
    withConnection(
        loop,
        (near, far) -> {
          // given
          long uid = (Integer) Files.getAttribute(folder, "unix:uid");
          long gid = (Integer) Files.getAttribute(folder, "unix:gid");
          for (UnixStream end : List.of(near, far)) {
            // when
            PeerCredentials peer = end.peerCredentials();
            // then
            assertThat(peer.uid()).isEqualTo(uid);
            assertThat(peer.gid()).isEqualTo(gid);
            assertThat(peer.pid())
                .isEqualTo(
                    loop.engine().equals("nio")
                        ? PeerCredentials.UNKNOWN
                        : ProcessHandle.current().pid());
          }
        });
  }

  @OnEveryEngine
  void tellsNothingOfAPeerOverTcp(TestLoop loop) throws Exception {
    // The method is on Unix streams only; their engine is asked here by way of a TCP connection.
    Pair.withPair(
        loop,
        (near, far) -> {
          try {
            assertThat(near.socket().peerCredentials().pid()).isLessThanOrEqualTo(0);
          } catch (IOException | UnsupportedOperationException e) {
            assertThat(e).hasMessageNotContaining("null");
          }
        });
  }

  @OnEveryEngine
  void givesTheFileTheRightsThatWereAsked(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          for (int mode : new int[] {0600, 0666, 0}) {
            Path path = folder.resolve("m" + mode);
            try (UnixListener _ = UnixListener.bind(path, UnixOptions.DEFAULT.withMode(mode))) {
              int given = (Integer) Files.getAttribute(path, "unix:mode");
              assertThat(given & 0777).isEqualTo(mode);
            }
          }
          assertThat(PosixFilePermissions.fromString("rw-------")).hasSize(2);
          assertThatThrownBy(() -> UnixOptions.DEFAULT.withMode(01000))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("01000");
        });
  }

  @OnEveryEngine
  void refusesAPathWhereSomethingIs(TestLoop loop) throws Exception {
    Path path = Files.writeString(folder.resolve("precious"), "data");
    loop.run(
        () -> {
          for (UnixOptions options :
              List.of(UnixOptions.DEFAULT, UnixOptions.DEFAULT.withReplaceStale(true))) {
            assertThatThrownBy(() -> UnixListener.bind(path, options))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("precious")
                .hasMessageContaining("exists");
          }
          assertThat(path).hasContent("data");
        });
  }

  @OnEveryEngine
  void refusesAPathWhereSomebodyListens(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Path path = folder.resolve("s");
          try (UnixListener first = UnixListener.bind(path)) {
            assertThatThrownBy(() -> UnixListener.bind(path))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("withReplaceStale");
            assertThatThrownBy(
                    () -> UnixListener.bind(path, UnixOptions.DEFAULT.withReplaceStale(true)))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("somebody listens");
            // the first one is not disturbed
            first.accept().close();
            UnixStream.connect(path).close();
            first.accept(Duration.ofSeconds(30)).close();
          }
        });
  }

  @OnEveryEngine
  void replacesAStaleSocketIfAsked(TestLoop loop) throws Exception {
    // given: a socket whose owner is gone without removing its file
    Path path = folder.resolve("s");
    try (ServerSocketChannel killed =
        ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      killed.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
    loop.run(
        () -> {
          assertThatThrownBy(() -> UnixStream.connect(path)).isInstanceOf(ConnectException.class);
          assertThatThrownBy(() -> UnixListener.bind(path)).isInstanceOf(BindException.class);
          // when
          try (UnixListener fresh =
                  UnixListener.bind(path, UnixOptions.DEFAULT.withReplaceStale(true));
              UnixStream near = UnixStream.connect(path);
              UnixStream far = fresh.accept()) {
            // then
            near.write(text("x"));
            assertThat(far.read(new byte[1])).isEqualTo(1);
          }
          assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isFalse();
        });
  }

  @OnEveryEngine
  void removesItsFileButNotThatOfASuccessor(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Path path = folder.resolve("s");
          UnixListener first = UnixListener.bind(path);
          Files.delete(path);
          try (UnixListener second = UnixListener.bind(path)) {
            // when
            first.close();
            first.close();
            // then
            UnixStream.connect(path).close();
            second.accept().close();
          }
          assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isFalse();
        });
  }

  @OnEveryEngine
  void refusesPathsThatCannotBe(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Path tooLong = folder.resolve("x".repeat(108));
          assertThatThrownBy(() -> UnixListener.bind(tooLong))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("108");
          assertThatThrownBy(() -> UnixStream.connect(tooLong))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> UnixStream.connect(Path.of("")))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("empty");
          assertThatThrownBy(() -> UnixListener.bind(folder.resolve("no/such/folder")))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("no/such/folder");
          assertThatThrownBy(() -> UnixStream.connect(folder.resolve("nobody")))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("nobody");
        });
  }

  @OnEveryEngine
  void waitsForAPlaceInAFullQueue(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Path path = folder.resolve("s");
          try (UnixListener listener =
              UnixListener.bind(path, UnixOptions.DEFAULT, ListenOptions.DEFAULT.withBacklog(1))) {
            // given: more than the queue holds
            List<Greenlet<String>> clients = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
              String name = "client " + i;
              clients.add(
                  spawn(
                      () -> {
                        try (UnixStream stream = UnixStream.connect(path)) {
                          stream.write(text(name));
                          byte[] room = new byte[20];
                          int n = stream.read(room);
                          return new String(room, 0, n, StandardCharsets.UTF_8);
                        }
                      }));
            }
            sleep(20);
            // when
            for (int i = 0; i < 6; i++) {
              try (UnixStream stream = listener.accept()) {
                byte[] room = new byte[20];
                int n = stream.read(room);
                stream.write(room, 0, n);
              }
            }
            // then
            for (int i = 0; i < 6; i++) {
              assertThat(clients.get(i).get()).isEqualTo("client " + i);
            }
          }
        });
  }

  @OnEveryEngine
  void serversListenOnPathsToo(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Path path = folder.resolve("server");
          StreamServer server =
              StreamServer.builder(
                      stream -> {
                        assertThat(((UnixStream) stream).peerCredentials().uid()).isNotNegative();
                        byte[] room = new byte[100];
                        for (int n = stream.read(room); n > 0; n = stream.read(room)) {
                          stream.write(room, 0, n);
                        }
                      })
                  .bind(path, UnixOptions.DEFAULT.withMode(0600))
                  .maxConnections(2)
                  .start();
          assertThat(server.address()).isEqualTo(path.toString());
          assertThat(server.localAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
          assertThatThrownBy(server::port)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("path");
          // when
          try (UnixStream client = UnixStream.connect(path)) {
            client.write(text("echo"));
            byte[] room = new byte[10];
            assertThat(client.read(room)).isEqualTo(4);
            assertThat(server.connections()).isEqualTo(1);
            assertThat(server.stop(Duration.ZERO)).isEqualTo(1);
          }
          // then
          assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isFalse();
          assertThat(server.acceptedCount()).isEqualTo(1);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void acceptsForALimitedTime(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (UnixListener listener = UnixListener.bind(folder.resolve("s"))) {
            assertThatThrownBy(() -> listener.accept(Duration.ofMillis(5)))
                .isInstanceOf(SocketTimeoutException.class);
            Greenlet<?> acceptor = spawn(() -> listener.accept());
            sleep(5);
            listener.close();
            assertThatThrownBy(acceptor::get).hasRootCauseInstanceOf(SocketException.class);
          }
        });
  }
}
