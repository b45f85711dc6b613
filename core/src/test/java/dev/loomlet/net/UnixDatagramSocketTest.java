package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Action;
import dev.loomlet.Greenlet;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.queue.Select;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Datagrams over Unix sockets. On the engine that has none, the refusal. */
@Timeout(60)
final class UnixDatagramSocketTest {
  @TempDir Path folder;

  /** Runs the code, or on the engine without such sockets sees to it that it says so. */
  static void run(TestLoop loop, Action code) throws Exception {
    loop.run(
        () -> {
          if (loop.engine().equals("nio")) {
            assertThatThrownBy(code::run)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("nio")
                .hasMessageContaining("epoll");
          } else {
            code.run();
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  private static Throwable failureOf(Action action) {
    try {
      action.run();
      throw new AssertionError("nothing was thrown");
    } catch (Exception e) {
      return e;
    }
  }

  @OnEveryEngine
  void carryWholeDatagramsBetweenPaths(TestLoop loop) throws Exception {
    run(
        loop,
        () -> {
          Path there = folder.resolve("there");
          try (UnixDatagramSocket near = UnixDatagramSocket.bind(folder.resolve("here"));
              UnixDatagramSocket far = UnixDatagramSocket.bind(there);
              UnixDatagramSocket nameless = UnixDatagramSocket.open()) {
            // when
            near.send(text("one"), there);
            near.send(ByteBuffer.wrap(text("two")), there);
            near.send(new byte[0], there);
            nameless.send(text("who?"), there);
            // then
            UnixDatagram first = far.receive();
            assertThat(first.text()).isEqualTo("one");
            assertThat(first.sender()).isEqualTo(folder.resolve("here"));
            byte[] room = new byte[2];
            assertThat(far.receive(room)).isEqualTo(3);
            assertThat(room).isEqualTo(text("tw"));
            assertThat(far.receive().data()).isEmpty();
            assertThat(far.receive().sender()).isNull();
            assertThat(far.sender()).isNull();
            assertThat(near.path()).isEqualTo(folder.resolve("here"));
            assertThat(nameless.path()).isNull();
            // and back
            far.send(text("answer"), folder.resolve("here"));
            assertThat(near.receive().text()).isEqualTo("answer");
          }
          assertThat(Files.exists(there, LinkOption.NOFOLLOW_LINKS)).isFalse();
        });
  }

  @OnEveryEngine
  void carryDatagramsLongerThanThoseOfUdp(TestLoop loop) throws Exception {
    run(
        loop,
        () -> {
          List<UnixDatagramSocket> pair = UnixDatagramSocket.pair();
          try (UnixDatagramSocket near = pair.get(0);
              UnixDatagramSocket far = pair.get(1)) {
            // given
            byte[] sent = new byte[100_000];
            new Random(4).nextBytes(sent);
            // when
            near.send(sent);
            // then
            assertThat(far.receive().data()).isEqualTo(sent);
            assertThatThrownBy(() -> near.send(new byte[50_000_000]))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("too long");
          }
        });
  }

  @OnEveryEngine
  void makeASenderWaitWhoseReceiverIsSlow(TestLoop loop) throws Exception {
    run(
        loop,
        () -> {
          Path path = folder.resolve("slow");
          try (UnixDatagramSocket slow = UnixDatagramSocket.bind(path);
              UnixDatagramSocket connected = UnixDatagramSocket.open();
              UnixDatagramSocket unconnected = UnixDatagramSocket.open()) {
            // given: more than the queue of the receiver and the senders' buffers hold
            connected.connect(path);
            int count = 1500;
            List<Greenlet<?>> senders = new ArrayList<>();
            senders.add(
                spawn(
                    () -> {
                      for (int i = 0; i < count; i++) {
                        connected.send(text("c" + i));
                      }
                    }));
            senders.add(
                spawn(
                    () -> {
                      for (int i = 0; i < count; i++) {
                        unconnected.send(text("u" + i), path);
                      }
                    }));
            sleep(10);
            assertThat(senders.get(0).isDone() && senders.get(1).isDone()).isFalse();
            // when
            int fromConnected = 0;
            int fromUnconnected = 0;
            while (fromConnected + fromUnconnected < 2 * count) {
              String text = slow.receive(Duration.ofSeconds(30)).text();
              // then: in order, none lost
              if (text.startsWith("c")) {
                assertThat(text).isEqualTo("c" + fromConnected++);
              } else {
                assertThat(text).isEqualTo("u" + fromUnconnected++);
              }
            }
            for (Greenlet<?> sender : senders) {
              sender.get();
            }
          }
        });
  }

  @OnEveryEngine
  void keepTheOrderInWhichGreenletsSend(TestLoop loop) throws Exception {
    run(
        loop,
        () -> {
          List<UnixDatagramSocket> pair = UnixDatagramSocket.pair();
          try (UnixDatagramSocket near = pair.get(0);
              UnixDatagramSocket far = pair.get(1)) {
            // given: no room left
            near.setSendTimeout(Duration.ofMillis(1));
            int queued = 0;
            try {
              while (true) {
                near.send(text("fill"));
                queued++;
              }
            } catch (SocketTimeoutException e) {
              near.setSendTimeout(null);
            }
            // when: several wait, one of them gives up
            List<Greenlet<?>> senders = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
              String text = "s" + i;
              senders.add(spawn(() -> near.send(text(text))));
            }
            sleep(2);
            senders.get(2).cancel(true);
            sleep(2);
            // then
            for (int i = 0; i < queued; i++) {
              assertThat(far.receive().text()).isEqualTo("fill");
            }
            for (String expected : List.of("s0", "s1", "s3", "s4")) {
              assertThat(far.receive(Duration.ofSeconds(30)).text()).isEqualTo(expected);
            }
          }
        });
  }

  @OnEveryEngine
  void endWaitsOfSendersWhenTheyAreClosed(TestLoop loop) throws Exception {
    run(
        loop,
        () -> {
          Path path = folder.resolve("full");
          List<UnixDatagramSocket> pair = UnixDatagramSocket.pair();
          try (UnixDatagramSocket full = UnixDatagramSocket.bind(path);
              UnixDatagramSocket near = pair.get(0);
              UnixDatagramSocket _ = pair.get(1);
              UnixDatagramSocket unconnected = UnixDatagramSocket.open()) {
            List<Greenlet<?>> senders = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
              senders.add(
                  spawn(
                      () ->
                          failureOf(
                              () -> {
                                while (true) {
                                  near.send(text("x"));
                                }
                              })));
            }
            senders.add(
                spawn(
                    () ->
                        failureOf(
                            () -> {
                              while (true) {
                                unconnected.send(text("x"), path);
                              }
                            })));
            sleep(20);
            // when
            near.close();
            unconnected.close();
            // then
            for (Greenlet<?> sender : senders) {
              assertThat((Throwable) sender.get())
                  .isInstanceOf(SocketException.class)
                  .hasMessageContaining("closed");
            }
            assertThat(full.isOpen()).isTrue();
          }
        });
  }

  @OnEveryEngine
  void tellThatNobodyIsThere(TestLoop loop) throws Exception {
    run(
        loop,
        () -> {
          try (UnixDatagramSocket socket = UnixDatagramSocket.open()) {
            Path nowhere = folder.resolve("nowhere");
            assertThatThrownBy(() -> socket.send(text("x"), nowhere))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("nowhere");
            assertThatThrownBy(() -> socket.connect(nowhere)).isInstanceOf(ConnectException.class);
            assertThatThrownBy(() -> socket.send(text("x")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not connected");
          }
          List<UnixDatagramSocket> pair = UnixDatagramSocket.pair();
          try (UnixDatagramSocket near = pair.get(0)) {
            pair.get(1).close();
            assertThatThrownBy(() -> near.send(text("x"))).isInstanceOf(SocketException.class);
          }
        });
  }

  @OnEveryEngine
  void takeTheirPathAsListenersDo(TestLoop loop) throws Exception {
    run(
        loop,
        () -> {
          Path path = folder.resolve("s");
          try (UnixDatagramSocket first =
              UnixDatagramSocket.bind(path, UnixOptions.DEFAULT.withMode(0620))) {
            assertThat((Integer) Files.getAttribute(path, "unix:mode") & 0777).isEqualTo(0620);
            for (boolean replace : new boolean[] {false, true}) {
              UnixOptions options = UnixOptions.DEFAULT.withReplaceStale(replace);
              assertThatThrownBy(() -> UnixDatagramSocket.bind(path, options))
                  .isInstanceOf(BindException.class);
            }
            assertThat(first.isOpen()).isTrue();
          }
          // a stale one
          UnixListener.bind(path).socket().close();
          try (UnixDatagramSocket fresh =
              UnixDatagramSocket.bind(path, UnixOptions.DEFAULT.withReplaceStale(true))) {
            assertThat(fresh.path()).isEqualTo(path);
          }
        });
  }

  @OnEveryEngine
  void receiveOneAtATimeAndForALimitedTime(TestLoop loop) throws Exception {
    run(
        loop,
        () -> {
          List<UnixDatagramSocket> pair = UnixDatagramSocket.pair();
          try (UnixDatagramSocket near = pair.get(0);
              UnixDatagramSocket far = pair.get(1)) {
            assertThatThrownBy(() -> far.receive(Duration.ofMillis(2)))
                .isInstanceOf(SocketTimeoutException.class);
            Greenlet<String> receiver = spawn(() -> far.receive().text());
            sleep(2);
            assertThatThrownBy(far::receive).isInstanceOf(ResourceBusyException.class);
            near.send(text("x"));
            assertThat(receiver.get()).isEqualTo("x");
            Greenlet<String> selecting =
                spawn(
                    () ->
                        Select.<String>first()
                            .readable(far, socket -> socket.receive().text())
                            .await());
            sleep(2);
            near.send(text("selected"));
            assertThat(selecting.get()).isEqualTo("selected");
          }
        });
  }
}
