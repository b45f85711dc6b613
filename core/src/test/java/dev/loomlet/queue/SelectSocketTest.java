package dev.loomlet.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Timeout;

/** Waiting for a socket or something else. */
@Timeout(60)
final class SelectSocketTest {
  private static final Duration SHORT = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofSeconds(30);

  private interface WithConnection {
    void accept(TcpStream here, TcpStream there) throws Exception;
  }

  private static void connected(TestLoop loop, WithConnection body) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream there = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream here = listener.accept()) {
            body.accept(here, there);
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  private static Select<String> select(TcpStream stream, Channel<Integer> channel) {
    return Select.<String>first()
        .readable(
            stream,
            readable -> {
              byte[] bytes = new byte[2];
              int n = readable.read(bytes);
              return n < 0
                  ? "end"
                  : new String(bytes, 0, n, java.nio.charset.StandardCharsets.UTF_8);
            })
        .receive(channel, value -> "received " + value);
  }

  @OnEveryEngine
  void waitsForBytesOrForAChannel(TestLoop loop) throws Exception {
    connected(
        loop,
        (here, there) -> {
          // given
          Channel<Integer> channel = new Channel<>();
          Select<String> select = select(here, channel);
          // when / then: bytes
          Greenlet<String> first = Loomlet.spawn(select::await);
          Loomlet.sleep(2);
          there.write(new byte[] {'a', 'b'});
          assertThat(first.get()).isEqualTo("ab");
          assertThat(channel.statistics().waitingReceivers()).isZero();
          // a whole read leaves the engine in doubt whether there is more
          assertThat(select.after(SHORT, () -> "nothing").await()).isEqualTo("nothing");
          // the channel
          Greenlet<String> second = Loomlet.spawn(() -> select(here, channel).await());
          Loomlet.sleep(2);
          channel.send(1);
          assertThat(second.get()).isEqualTo("received 1");
          // the place of the reader is free again
          there.write(new byte[] {'c'});
          assertThat(here.read(new byte[8])).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void seesBytesThatAreThereAlreadyAndTheEnd(TestLoop loop) throws Exception {
    connected(
        loop,
        (here, there) -> {
          Select<String> select = select(here, new Channel<>()).orElse(() -> "nothing");
          assertThat(select.await()).isEqualTo("nothing");
          there.write(new byte[] {'a', 'b', 'c'});
          String seen = select.await();
          while (seen.equals("nothing")) { // the kernel takes its time
            Loomlet.sleep(1);
            seen = select.await();
          }
          assertThat(seen).isEqualTo("ab");
          assertThat(select.await()).isEqualTo("c");
          assertThat(select.await()).isEqualTo("nothing");
          there.close();
          assertThat(select(here, new Channel<>()).await()).isEqualTo("end");
        });
  }

  @OnEveryEngine
  void keepsThePlaceOfTheOneReader(TestLoop loop) throws Exception {
    connected(
        loop,
        (here, there) -> {
          // given
          Channel<Integer> channel = new Channel<>();
          Greenlet<String> selecting = Loomlet.spawn(() -> select(here, channel).await());
          Loomlet.sleep(2);
          // when / then
          assertThatThrownBy(() -> here.read(new byte[1]))
              .isInstanceOf(ResourceBusyException.class)
              .hasMessageContaining("select");
          assertThatThrownBy(() -> select(here, new Channel<>()).await())
              .isInstanceOf(ResourceBusyException.class);
          there.write(new byte[] {'x'});
          assertThat(selecting.get()).isEqualTo("x");
          // and the other way round
          Greenlet<Integer> reader = Loomlet.spawn(() -> here.read(new byte[1]));
          Loomlet.sleep(2);
          assertThatThrownBy(() -> select(here, channel).await())
              .isInstanceOf(ResourceBusyException.class);
          assertThat(channel.statistics().waitingReceivers()).isZero();
          there.write(new byte[] {'y'});
          assertThat(reader.get()).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void isToldWhenTheSocketIsClosed(TestLoop loop) throws Exception {
    connected(
        loop,
        (here, there) -> {
          Greenlet<String> selecting =
              Loomlet.spawn(
                  () ->
                      Select.<String>first()
                          .readable(here, stream -> stream.isOpen() ? "open" : "closed")
                          .await());
          Loomlet.sleep(2);
          here.close();
          assertThat(selecting.get()).isEqualTo("closed");
        });
  }

  @OnEveryEngine
  void losesNoByteWhenItIsCancelled(TestLoop loop) throws Exception {
    connected(
        loop,
        (here, there) -> {
          Greenlet<String> selecting = Loomlet.spawn(() -> select(here, new Channel<>()).await());
          Loomlet.sleep(2);
          selecting.kill();
          assertThat(selecting.isCancelled()).isTrue();
          there.write(new byte[] {'x'});
          assertThat(here.read(new byte[8])).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void waitsForAConnection(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            // given
            Channel<Integer> stop = new Channel<>();
            Greenlet<String> server =
                Loomlet.spawn(
                    () ->
                        Select.<String>first()
                            .acceptable(
                                listener,
                                acceptable -> {
                                  acceptable.accept(LONG).close();
                                  return "accepted";
                                })
                            .receive(stop, _ -> "stopped")
                            .await());
            Loomlet.sleep(2);
            // when
            TcpStream.connect("127.0.0.1", listener.port()).close();
            // then
            assertThat(server.get()).isEqualTo("accepted");
            assertThat(
                    Select.<String>first()
                        .acceptable(listener, _ -> "acceptable")
                        .after(SHORT, () -> "nobody")
                        .await())
                .isEqualTo("nobody");
          }
        });
  }

  @OnEveryEngine
  void worksOnTheSocketsLoopOnly(TestLoop loop) throws Exception {
    connected(
        loop,
        (here, there) -> {
          FutureTask<String> task = new FutureTask<>(select(here, new Channel<>())::await);
          Thread.ofPlatform().start(task);
          while (!task.isDone()) {
            Loomlet.sleep(1);
          }
          assertThat(task.exceptionNow())
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("loop");
        });
  }
}
