package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopGroup;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.DescriptorsExhaustedException;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class StreamServerTest {

  private static void echo(SocketStream stream) throws IOException {
    while (stream.receive() instanceof Chunk chunk) {
      try (chunk) {
        stream.write(chunk);
      }
    }
  }

  private static StreamServer.Builder local(StreamHandler handler) {
    return StreamServer.builder(handler).bind("127.0.0.1", 0);
  }

  private static void exchange(TcpStream stream, int rounds) throws IOException {
    byte[] answer = new byte[100];
    for (int i = 0; i < rounds; i++) {
      byte[] request = ("request " + i).getBytes();
      stream.write(request);
      int n = 0;
      while (n < request.length) {
        int more = stream.read(answer, n, answer.length - n);
        assertThat(more).isPositive();
        n += more;
      }
      assertThat(new String(answer, 0, n)).isEqualTo("request " + i);
    }
  }

  @OnEveryEngine
  void aClientLostForWantOfDescriptorsIsToldOnceAndCounted(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          StreamHandler exhausted =
              _ -> {
                throw new DescriptorsExhaustedException("cannot wait for a descriptor");
              };
          try (StreamServer server = local(exhausted).start()) {
            // when
            for (int i = 0; i < 3; i++) {
              try (TcpStream stream = TcpStream.connect("127.0.0.1", server.port())) {
                assertThat(stream.read(new byte[1])).isEqualTo(-1);
              }
            }
            // then
            assertThat(server.refusedCount()).isEqualTo(3);
          }
        });
    assertThat(loop.uncaught()).singleElement().isInstanceOf(DescriptorsExhaustedException.class);
  }

  @OnEveryEngine
  void servesManyClientsAtOnce(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (StreamServer server = local(StreamServerTest::echo).start()) {
            List<Greenlet<?>> clients = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
              clients.add(
                  spawn(
                      () -> {
                        try (TcpStream stream = TcpStream.connect("127.0.0.1", server.port())) {
                          exchange(stream, 20);
                        }
                      }));
            }
            for (Greenlet<?> each : clients) {
              each.get();
            }
            assertThat(server.acceptedCount()).isEqualTo(300);
          }
        });
  }

  @OnEveryEngine
  void spreadsConnectionsOverTheLoopsOfAGroup(TestLoop loop) throws Exception {
    Set<Loop> used = ConcurrentHashMap.newKeySet();
    try (LoopGroup group = LoopGroup.start(3, loop.options())) {
      StreamServer server =
          local(
                  stream -> {
                    used.add(Loop.current());
                    echo(stream);
                  })
              .loops(group)
              .start();
      loop.run(
          () -> {
            for (int i = 0; i < 9; i++) {
              try (TcpStream stream = TcpStream.connect("127.0.0.1", server.port())) {
                exchange(stream, 3);
              }
            }
          });
      server.stop(Duration.ofSeconds(5));
    }
    assertThat(used).hasSize(3);
  }

  @OnEveryEngine
  void holdsBackClientsAboveTheLimitUntilOthersLeave(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (StreamServer server = local(StreamServerTest::echo).maxConnections(2).start()) {
            // given
            TcpStream first = TcpStream.connect("127.0.0.1", server.port());
            TcpStream second = TcpStream.connect("127.0.0.1", server.port());
            exchange(first, 1);
            exchange(second, 1);

            // when: a third one connects, it is in the kernel's queue and not served
            TcpStream third = TcpStream.connect("127.0.0.1", server.port());
            third.setReadTimeout(Duration.ofMillis(50));
            third.write("request 0".getBytes());
            assertThatThrownBy(() -> third.read(new byte[10]))
                .isInstanceOf(SocketTimeoutException.class);
            assertThat(server.connections()).isEqualTo(2);

            // then: it is as soon as one leaves
            first.close();
            third.setReadTimeout(Duration.ofSeconds(10));
            byte[] answer = new byte[20];
            assertThat(new String(answer, 0, third.read(answer))).isEqualTo("request 0");
            second.close();
            third.close();
          }
        });
  }

  @OnEveryEngine
  void letsConnectionsFinishWhenItStops(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          StreamServer server = local(StreamServerTest::echo).start();
          TcpStream client = TcpStream.connect("127.0.0.1", server.port());
          exchange(client, 1);

          // when
          Greenlet<Integer> stop = spawn(() -> server.stop(Duration.ofSeconds(30)));
          sleep(5);

          // then: no new ones, the old one is served to its end
          assertThatThrownBy(() -> TcpStream.connect("127.0.0.1", server.port()))
              .isInstanceOf(IOException.class);
          exchange(client, 3);
          client.close();
          assertThat(stop.get()).isZero();
          server.join();
        });
  }

  @OnEveryEngine
  void cancelsConnectionsThatDoNotFinishInTime(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AtomicBoolean cleanedUp = new AtomicBoolean();
          StreamServer server =
              local(
                      stream -> {
                        try {
                          echo(stream);
                        } catch (Cancelled e) {
                          cleanedUp.set(true);
                          throw e;
                        }
                      })
                  .start();
          TcpStream client = TcpStream.connect("127.0.0.1", server.port());
          exchange(client, 1);

          // when
          int cancelled = server.stop(Duration.ofMillis(20));

          // then
          assertThat(cancelled).isEqualTo(1);
          assertThat(cleanedUp).isTrue();
          assertThat(client.read(new byte[1])).isEqualTo(-1);
          assertThat(server.connections()).isZero();
          client.close();
        });
  }

  @OnEveryEngine
  void closesTheStreamAndReportsTheErrorWhenAHandlerFails(TestLoop loop) throws Exception {
    RuntimeException bug = new IllegalStateException("bug");
    loop.run(
        () -> {
          try (StreamServer server =
              local(
                      stream -> {
                        throw bug;
                      })
                  .start()) {
            try (TcpStream client = TcpStream.connect("127.0.0.1", server.port())) {
              assertThat(client.read(new byte[1])).isEqualTo(-1);
            }
            try (TcpStream client = TcpStream.connect("127.0.0.1", server.port())) {
              assertThat(client.read(new byte[1])).isEqualTo(-1);
            }
          }
        });
    assertThat(loop.uncaught()).containsExactly(bug, bug);
  }

  @OnEveryEngine
  void takesAVanishedPeerForGranted(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (StreamServer server =
              local(
                      stream -> {
                        throw new SocketException("connection reset by peer");
                      })
                  .start()) {
            try (TcpStream client = TcpStream.connect("127.0.0.1", server.port())) {
              assertThat(client.read(new byte[1])).isEqualTo(-1);
            }
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @Tag("alone")
  @OnEveryEngine
  void reapsHalfOpenConnectionsAtTheirIdleLimit(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given: peers that connect and never say anything
          Duration idle = Duration.ofMillis(300);
          StreamServer server =
              local(
                      stream -> {
                        stream.setReadTimeout(idle);
                        echo(stream);
                      })
                  .start();
          List<TcpStream> silent = new ArrayList<>();
          for (int i = 0; i < 300; i++) {
            silent.add(TcpStream.connect("127.0.0.1", server.port()));
          }
          long start = System.nanoTime();

          // when: each is read until the server hangs up
          for (TcpStream each : silent) {
            assertThat(each.read(new byte[1])).isEqualTo(-1);
          }

          // then
          assertThat(Duration.ofNanos(System.nanoTime() - start))
              .isLessThan(idle.plus(Duration.ofSeconds(1)));
          for (TcpStream each : silent) {
            each.close();
          }
          Loomlet.yield();
          server.close();
        });
  }

  @OnEveryEngine
  void saysThatItsPortIsTaken(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (StreamServer first = local(StreamServerTest::echo).start()) {
            assertThatThrownBy(
                    () ->
                        StreamServer.builder(StreamServerTest::echo)
                            .bind("127.0.0.1", first.port())
                            .start())
                .isInstanceOf(BindException.class)
                .hasMessageContaining("in use");
          }
        });
  }

  @OnEveryEngine
  void startsFromAPlainThreadThatThenRunsItByJoining(TestLoop loop) throws Exception {
    Thread server =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (LoopGroup group = LoopGroup.start(1, loop.options())) {
                    StreamServer started = local(StreamServerTest::echo).loops(group).start();
                    loop.run(
                        () -> {
                          try (TcpStream client = TcpStream.connect("127.0.0.1", started.port())) {
                            exchange(client, 3);
                          }
                        });
                    started.close();
                    started.join();
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                });
    assertThat(server.join(Duration.ofSeconds(30))).isTrue();
  }
}
