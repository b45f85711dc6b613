package dev.loomlet.io;

import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.io.EventSelector.READ;
import static dev.loomlet.io.EventSelector.WRITE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Action;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.file.Pipe;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EventSelectorTest {
  private static final int CLIENTS = 20;

  /** A server made of callbacks, as one writes it in Python. */
  private static final class UpperCasing {
    final EventSelector<Action> selector = EventSelector.open();

    void start(TcpListener listener) throws IOException {
      selector.register(listener, READ, () -> accept(listener));
    }

    void accept(TcpListener listener) throws IOException {
      TcpStream stream = listener.accept();
      selector.register(stream, READ, () -> read(stream));
    }

    void read(TcpStream stream) throws IOException {
      byte[] buffer = new byte[4];
      int n = stream.read(buffer);
      if (n < 0) {
        selector.unregister(stream);
        stream.close();
        return;
      }
      stream.write(new String(buffer, 0, n, UTF_8).toUpperCase(Locale.ROOT).getBytes(UTF_8));
    }

    void run() throws Exception {
      while (true) {
        for (EventSelector.Event<Action> event : selector.select()) {
          event.key().data().run();
        }
      }
    }
  }

  @OnEveryEngine
  void aServerOfCallbacksServesAll(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            UpperCasing server = new UpperCasing();
            server.start(listener);
            Greenlet<?> running = spawn(server::run);
            List<Greenlet<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
              clients.add(spawn(() -> talk(listener.port())));
            }
            for (Greenlet<?> each : clients) {
              each.get();
            }
            while (server.selector.keys().size() > 1) {
              Loomlet.sleep(1);
            }
            running.kill();
            server.selector.close();
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  private static void talk(int port) throws IOException {
    try (TcpStream stream = TcpStream.connect("127.0.0.1", port)) {
      for (int i = 0; i < 20; i++) {
        String text = "hello number " + i;
        stream.write(text.getBytes(UTF_8));
        byte[] reply = stream.inputStream().readNBytes(text.length());
        assertThat(new String(reply, UTF_8)).isEqualTo(text.toUpperCase(Locale.ROOT));
      }
    }
  }

  @OnEveryEngine
  void whatIsReadyIsReportedUntilItIsNotAnyMore(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (Pipe pipe = Pipe.open();
              EventSelector<String> selector = EventSelector.open()) {
            // given
            var key = selector.register(pipe.reader(), READ, "reader");
            assertThat(selector.select(Duration.ZERO)).isEmpty();
            assertThat(selector.select(Duration.ofMillis(5))).isEmpty();

            // when
            pipe.writer().write(new byte[2]);

            // then
            for (int i = 0; i < 3; i++) {
              assertThat(selector.select(Duration.ofSeconds(10)))
                  .containsExactly(new EventSelector.Event<>(key, READ));
            }
            pipe.reader().read(new byte[1]);
            assertThat(selector.select(Duration.ZERO)).hasSize(1);
            pipe.reader().read(new byte[1]);
            assertThat(selector.select(Duration.ZERO)).isEmpty();
            pipe.writer().close();
            assertThat(selector.select()).hasSize(1);
          }
        });
  }

  @OnEveryEngine
  void writabilityComesAndGoes(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (Pipe pipe = Pipe.open();
              EventSelector<@Nullable Object> selector = EventSelector.open()) {
            selector.register(pipe.writer(), WRITE, null);
            assertThat(selector.select()).singleElement().matches(EventSelector.Event::isWritable);
            pipe.writer().setWriteTimeout(Duration.ofMillis(10));
            assertThatThrownBy(() -> pipe.writer().write(new byte[5_000_000]))
                .isInstanceOf(IOException.class);
            assertThat(selector.select(Duration.ZERO)).isEmpty();
            Greenlet<?> drain = spawn(() -> pipe.reader().inputStream().readNBytes(30_000));
            assertThat(selector.select(Duration.ofSeconds(10))).hasSize(1);
            drain.get();
          }
        });
  }

  @OnEveryEngine
  void keysAreModifiedFoundAndTakenOut(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (Pipe pipe = Pipe.open();
              EventSelector<String> selector = EventSelector.open()) {
            selector.register(pipe.reader(), READ, "one");
            assertThatThrownBy(() -> selector.register(pipe.reader(), READ, "again"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("modify");
            assertThatThrownBy(() -> selector.register(pipe.writer(), 0, "nothing"))
                .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> selector.register("text", READ, "text"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("String");
            try (EventSelector<String> other = EventSelector.open()) {
              assertThatThrownBy(() -> other.register(pipe.reader(), READ, "other"))
                  .isInstanceOf(ResourceBusyException.class);
            }
            pipe.writer().write(new byte[1]);
            assertThat(selector.modify(pipe.reader(), READ, "two").data()).isEqualTo("two");
            assertThat(selector.key(pipe.reader()).data()).isEqualTo("two");
            assertThat(selector.select().getFirst().key().data()).isEqualTo("two");
            assertThat(selector.unregister(pipe.reader()).data()).isEqualTo("two");
            assertThat(selector.key(pipe.reader())).isNull();
            assertThat(selector.select(Duration.ofMillis(5))).isEmpty();
            assertThatThrownBy(() -> selector.unregister(pipe.reader()))
                .isInstanceOf(IllegalArgumentException.class);
          }
        });
  }

  @OnEveryEngine
  void whatIsClosedIsReportedAndTheOneWithItsNumberIsNot(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (EventSelector<String> selector = EventSelector.open()) {
            Pipe pipe = Pipe.open();
            selector.register(pipe.reader(), READ, "old");
            Greenlet<List<EventSelector.Event<String>>> waiting = spawn(() -> selector.select());
            Loomlet.sleep(5);
            pipe.close();
            assertThat(waiting.get()).singleElement().matches(e -> e.key().data().equals("old"));
            assertThatThrownBy(() -> pipe.reader().read(new byte[1]))
                .isInstanceOf(SocketException.class);
            try (Pipe next = Pipe.open()) {
              next.writer().write(new byte[1]);
              selector.unregister(pipe.reader());
              assertThat(selector.select(Duration.ofMillis(10))).isEmpty();
            }
          }
        });
  }

  @OnEveryEngine
  void aSelectIsCancelledOrEndsWithItsSelector(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          EventSelector<String> selector = EventSelector.open();
          try (Pipe pipe = Pipe.open()) {
            selector.register(pipe.reader(), READ, "one");
            Greenlet<?> waiting = spawn(() -> selector.select());
            Loomlet.sleep(5);
            assertThatThrownBy(selector::select).isInstanceOf(ResourceBusyException.class);
            waiting.kill();
            assertThat(waiting.isCancelled()).isTrue();
            Greenlet<?> other = spawn(() -> selector.select());
            Loomlet.sleep(5);
            selector.close();
            other.join();
            assertThat(other.exception()).isInstanceOf(IllegalStateException.class);
            pipe.writer().write(new byte[1]);
            assertThat(pipe.reader().read(new byte[1])).isEqualTo(1);
          }
        });
  }

  @OnEveryEngine
  void channelsOfTheJdkAreWaitedFor(TestLoop loop) throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    loop.run(
        () -> {
          try (DatagramChannel channel = DatagramChannel.open().bind(any);
              DatagramChannel sender = DatagramChannel.open();
              EventSelector<String> selector = EventSelector.open()) {
            assertThatThrownBy(() -> selector.register(channel, READ, "blocks"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("configureBlocking");
            channel.configureBlocking(false);
            selector.register(channel, READ, "channel");
            assertThat(selector.select(Duration.ofMillis(5))).isEmpty();
            Greenlet<?> sending =
                spawn(
                    () -> {
                      Loomlet.sleep(5);
                      sender.send(ByteBuffer.allocate(3), channel.getLocalAddress());
                    });
            assertThat(selector.select(Duration.ofSeconds(10))).hasSize(1);
            sending.get();
            assertThat(channel.receive(ByteBuffer.allocate(9))).isNotNull();
            assertThat(selector.select(Duration.ZERO)).isEmpty();
            Descriptors.waitWritable(channel);
          }
        });
  }

  @OnEveryEngine
  void theWrongEndOfAPipeIsNeverReady(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (Pipe pipe = Pipe.open();
              EventSelector<String> selector = EventSelector.open()) {
            selector.register(pipe.writer(), READ, "to be written");
            selector.register(pipe.reader(), WRITE, "to be read");
            assertThat(selector.select(Duration.ofMillis(10))).isEmpty();
            selector.modify(pipe.writer(), WRITE, "better");
            assertThat(selector.select()).hasSize(1);
          }
        });
  }

  @OnEveryEngine
  void whoSelectsAlreadyIsNamed(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          EventSelector<String> selector = EventSelector.open();
          Greenlet<?> first = spawn(() -> selector.select());
          Loomlet.sleep(1);
          assertThatThrownBy(selector::select)
              .isInstanceOf(ResourceBusyException.class)
              .hasMessageMatching("greenlet #\\d+ waits in this selector already; one at a time");
          first.kill();
          selector.close();
        });
  }
}
