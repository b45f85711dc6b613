package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class TcpStreamTest {

  private interface PairTest {
    void run(TcpStream near, TcpStream far) throws Exception;
  }

  /** Runs code on a loop with both ends of a connection. */
  private static void withPair(TestLoop loop, PairTest test) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept()) {
            test.run(near, far);
          }
        });
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @OnEveryEngine
  void carriesArraysBuffersAndSegments(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given: one of each kind, and parts of them
          near.write(text("array "));
          near.write(text("__part __"), 2, 5);
          near.write(ByteBuffer.wrap(text("heap ")));
          near.write(ByteBuffer.allocateDirect(7).put(text("direct ")).flip());
          try (Arena arena = Arena.ofConfined()) {
            near.write(arena.allocateFrom("segment"));
          }
          near.write(MemorySegment.ofArray(text("end")));
          near.shutdownOutput();

          // when: read back in as many ways
          byte[] all = new byte[100];
          int n = far.read(all, 0, 6);
          ByteBuffer heap = ByteBuffer.allocate(5);
          n += far.read(heap);
          System.arraycopy(heap.array(), 0, all, 6, 5);
          ByteBuffer direct = ByteBuffer.allocateDirect(5);
          n += far.read(direct);
          direct.flip().get(all, 11, 5);
          try (Arena arena = Arena.ofShared()) {
            MemorySegment segment = arena.allocate(7);
            n += far.read(segment);
            MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, 0, all, 16, 7);
          }
          n += far.read(all, 23, 77);

          // then
          assertThat(n).isEqualTo(34);
          assertThat(new String(all, 0, n, StandardCharsets.UTF_8))
              .isEqualTo("array part heap direct segment\0end");
          assertThat(far.read(all)).isEqualTo(-1);
          assertThat(far.read(all)).isEqualTo(-1);
        });
  }

  @OnEveryEngine
  void lendsABufferOnlyWhenThereIsSomethingToRead(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          Greenlet<String> reader =
              spawn(
                  () -> {
                    StringBuilder received = new StringBuilder();
                    while (far.receive() instanceof Chunk chunk) {
                      try (chunk) {
                        received.append(StandardCharsets.UTF_8.decode(chunk.buffer()));
                      }
                    }
                    return received.toString();
                  });

          // when
          near.write(text("one "));
          sleep(5);
          near.write(text("two"));
          near.shutdownOutput();

          // then
          assertThat(reader.get()).isEqualTo("one two");
        });
  }

  @OnEveryEngine
  void refusesToTouchAChunkThatWasGivenBack(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          near.write(text("x"));
          Chunk chunk = far.receive();
          chunk.close();
          chunk.close();
          assertThatThrownBy(chunk::buffer).isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(() -> near.write(chunk)).isInstanceOf(IllegalStateException.class);
        });
  }

  @OnEveryEngine
  void deliversEveryByteOfABigTransferToASlowReader(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          byte[] sent = new byte[20_000_000];
          new Random(7).nextBytes(sent);
          Greenlet<?> writer =
              spawn(
                  () -> {
                    near.write(sent);
                    near.shutdownOutput();
                  });

          // when
          byte[] received = new byte[sent.length];
          int n = 0;
          Random random = new Random(8);
          while (n < received.length) {
            int length = Math.min(1 + random.nextInt(100_000), received.length - n);
            n += far.read(received, n, length);
            if (random.nextInt(20) == 0) {
              sleep(1);
            }
          }
          writer.get();

          // then
          assertThat(received).isEqualTo(sent);
          assertThat(far.read(new byte[1])).isEqualTo(-1);
        });
  }

  @OnEveryEngine
  void readsAndWritesAtTheSameTime(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given: both directions full at once
          byte[] data = new byte[5_000_000];
          Greenlet<?> nearWrites = spawn(() -> near.write(data));
          Greenlet<?> farWrites = spawn(() -> far.write(data));

          // when
          Greenlet<Integer> nearReads = spawn(() -> readFully(near, data.length));
          Greenlet<Integer> farReads = spawn(() -> readFully(far, data.length));

          // then
          assertThat(nearReads.get()).isEqualTo(data.length);
          assertThat(farReads.get()).isEqualTo(data.length);
          nearWrites.get();
          farWrites.get();
        });
  }

  private static int readFully(TcpStream stream, int length) throws IOException {
    byte[] buffer = new byte[65_536];
    int read = 0;
    while (read < length) {
      read += stream.read(buffer);
    }
    return read;
  }

  @OnEveryEngine
  void halfClosesEachDirection(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          near.shutdownOutput();
          assertThat(far.read(new byte[1])).isEqualTo(-1);
          far.write(text("still here"));
          byte[] answer = new byte[20];
          assertThat(near.read(answer)).isEqualTo(10);
          near.shutdownInput();
          assertThat(near.read(answer)).isEqualTo(-1);
        });
  }

  @OnEveryEngine
  void timesOutAReadWithoutLosingAByte(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          far.setReadTimeout(Duration.ofMillis(20));

          // when / then
          assertThatThrownBy(() -> far.read(new byte[1]))
              .isInstanceOf(SocketTimeoutException.class)
              .hasMessageContaining("20 ms");
          near.write(text("later"));
          assertThat(far.read(new byte[10])).isEqualTo(5);

          // when: no limit again
          far.setReadTimeout(null);
          Greenlet<Integer> patient = spawn(() -> far.read(new byte[10]));
          sleep(40);
          near.write(text("x"));

          // then
          assertThat(patient.get()).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void timesOutAWriteToAPeerThatDoesNotRead(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          near.setWriteTimeout(Duration.ofMillis(50));
          assertThatThrownBy(() -> near.write(new byte[50_000_000]))
              .isInstanceOf(SocketTimeoutException.class)
              .hasMessageContaining("write timed out");
        });
  }

  @OnEveryEngine
  void refusesASecondReaderAndDoesNotDisturbTheFirst(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          Greenlet<Integer> first = spawn("first reader", () -> far.read(new byte[10]));
          Loomlet.yield();

          // when / then
          assertThatThrownBy(() -> far.read(new byte[10]))
              .isInstanceOf(ResourceBusyException.class)
              .hasMessageContaining("first reader");
          assertThatThrownBy(far::receive).isInstanceOf(ResourceBusyException.class);
          near.write(text("abc"));
          assertThat(first.get()).isEqualTo(3);
        });
  }

  @OnEveryEngine
  void refusesASecondWriter(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          Greenlet<?> first = spawn(() -> near.write(new byte[50_000_000]));
          Loomlet.yield();
          assertThatThrownBy(() -> near.write(new byte[1]))
              .isInstanceOf(ResourceBusyException.class);
          first.cancel(true);
          first.join();
          assertThat(first.isCancelled()).isTrue();
        });
  }

  @OnEveryEngine
  void refusesUseAfterClose(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          far.close();
          far.close();
          assertThat(far.isOpen()).isFalse();
          assertThatThrownBy(() -> far.read(new byte[1]))
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("closed");
          assertThatThrownBy(far::receive).isInstanceOf(SocketException.class);
          assertThatThrownBy(() -> far.write(new byte[1])).isInstanceOf(SocketException.class);
          assertThatThrownBy(far::shutdownOutput).isInstanceOf(SocketException.class);
          assertThatThrownBy(() -> far.setOption(StandardSocketOptions.TCP_NODELAY, true))
              .isInstanceOf(SocketException.class);
        });
  }

  @OnEveryEngine
  void endsAReadAndAWriteThatWaitWhenItIsClosed(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          Greenlet<Integer> reader = spawn(() -> near.read(new byte[1]));
          Greenlet<?> writer = spawn(() -> near.write(new byte[50_000_000]));
          Loomlet.yield();

          // when
          near.close();

          // then
          assertThatThrownBy(reader::get)
              .cause()
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("while");
          assertThatThrownBy(writer::get).cause().isInstanceOf(SocketException.class);
        });
  }

  @OnEveryEngine
  void readsNothingWhenCancelled(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          Greenlet<Integer> reader = spawn(() -> far.read(new byte[10]));
          Loomlet.yield();

          // when: the bytes and the cancellation come in the same turn
          near.write(text("abc"));
          reader.cancel(true);
          reader.join();

          // then
          assertThat(reader.isCancelled()).isTrue();
          assertThat(far.read(new byte[10])).isEqualTo(3);
        });
  }

  @OnEveryEngine
  void noticesACancellationAlsoWhenItWouldNotWait(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          near.write(text("abc"));
          Greenlet<Integer> reader =
              spawn(
                  () -> {
                    Thread.currentThread().interrupt();
                    return far.read(new byte[10]);
                  });
          reader.join();
          assertThat(reader.exception()).isInstanceOf(Cancelled.class);
        });
  }

  @OnEveryEngine
  void givesExactlyOneOutcomeWhenDataRacesTheTimeOut(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          int trials = Repeat.times(3_000);
          byte[] one = new byte[1];
          int read = 0;
          int timedOut = 0;
          far.setReadTimeout(Duration.ofNanos(130_000));

          // when: each byte is sent within a tick before or after the reader's deadline
          for (int i = 0; i < trials; i++) {
            int jitter = (i % 27 - 13) * 10_000;
            Greenlet<?> writer =
                spawn(
                    () -> {
                      sleep(Duration.ofNanos(130_000 + jitter));
                      near.write(one);
                    });
            try {
              assertThat(far.read(one)).isEqualTo(1);
              read++;
            } catch (SocketTimeoutException e) {
              timedOut++;
            }
            writer.get();
          }

          // then: what timed out can still be read, nothing more and nothing less
          far.setReadTimeout(Duration.ofMillis(100));
          byte[] rest = new byte[trials + 1];
          int left = 0;
          while (left + read < trials) {
            left += far.read(rest);
          }
          assertThat(read + timedOut).isEqualTo(trials);
          assertThat(read + left).isEqualTo(trials);
          assertThatThrownBy(() -> far.read(one)).isInstanceOf(SocketTimeoutException.class);
        });
  }

  @OnEveryEngine
  void survivesCloseRacingDataAndTimeOut(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            for (int i = 0; i < Repeat.times(300); i++) {
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept();
              far.setReadTimeout(Duration.ofNanos(100_000));
              Greenlet<String> reader =
                  spawn(
                      () -> {
                        try {
                          return "read " + far.read(new byte[1]);
                        } catch (SocketTimeoutException e) {
                          return "timed out";
                        } catch (SocketException e) {
                          return "closed";
                        }
                      });
              sleep(Duration.ofNanos(i % 20 * 10_000L));
              if (i % 2 == 0) {
                near.write(new byte[1]);
              }
              far.close();
              near.close();
              assertThat(reader.get()).isIn("read 1", "timed out", "closed");
            }
          }
        });
  }

  @OnEveryEngine
  void reportsAResetByThePeer(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          near.setOption(StandardSocketOptions.SO_LINGER, 0);
          near.close();
          assertThatThrownBy(
                  () -> {
                    while (far.read(new byte[1]) >= 0) {
                      // until the reset arrives
                    }
                  })
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("reset");
        });
  }

  @OnEveryEngine
  void reportsAPeerThatIsGoneToAWriter(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          near.close();
          assertThatThrownBy(
                  () -> {
                    while (true) {
                      far.write(new byte[10_000]);
                    }
                  })
              .isInstanceOf(SocketException.class);
        });
  }

  @OnEveryEngine
  void saysWhereNobodyListens(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          int port;
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            port = listener.port();
          }
          assertThatThrownBy(() -> TcpStream.connect("127.0.0.1", port))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("127.0.0.1:" + port)
              .hasMessageContaining("refused");
        });
  }

  @OnEveryEngine
  void saysWhichNameCannotBeResolved(TestLoop loop) throws Exception {
    loop.run(
        () ->
            assertThatThrownBy(() -> TcpStream.connect("no-such-host.invalid", 80))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no-such-host.invalid"));
  }

  @OnEveryEngine
  void refusesPortsThatDoNotExist(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          assertThatThrownBy(() -> TcpStream.connect("127.0.0.1", 65_536))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("65536");
          assertThatThrownBy(() -> TcpListener.bind("127.0.0.1", -1))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> TcpListener.bind("", 0))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("empty");
        });
  }

  @OnEveryEngine
  void resolvesNamesWithoutStoppingTheLoop(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("localhost", 0);
              TcpStream stream = TcpStream.connect("localhost", listener.port())) {
            assertThat(stream.isOpen()).isTrue();
          }
        });
  }

  @OnEveryEngine
  void speaksIpv6(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          TcpListener listener;
          try {
            listener = TcpListener.bind("::1", 0);
          } catch (IOException e) {
            Assumptions.abort("no IPv6 loopback here: " + e.getMessage());
            return;
          }
          try (listener;
              TcpStream near = TcpStream.connect("::1", listener.port());
              TcpStream far = listener.accept()) {
            near.write(text("six"));
            assertThat(far.read(new byte[10])).isEqualTo(3);
            assertThat(far.remoteAddress()).isEqualTo(near.localAddress());
            assertThat(near.remoteAddress().getPort()).isEqualTo(listener.port());
            assertThat(listener.toString()).contains("[0:0:0:0:0:0:0:1]:");
          }
        });
  }

  @OnEveryEngine
  void acceptsIpv4OnTheIpv6Wildcard(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          TcpListener listener;
          try {
            listener = TcpListener.bind("::", 0);
          } catch (IOException e) {
            Assumptions.abort("no IPv6 here: " + e.getMessage());
            return;
          }
          try (listener;
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept()) {
            near.write(text("four"));
            assertThat(far.read(new byte[10])).isEqualTo(4);
          }
        });
  }

  @OnEveryEngine
  void knowsItsAddresses(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          assertThat(near.localAddress()).isEqualTo(far.remoteAddress());
          assertThat(far.localAddress()).isEqualTo(near.remoteAddress());
          assertThat(near.localAddress().getAddress())
              .isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
        });
  }

  @OnEveryEngine
  void keepsTheSocketOptionsPeopleUse(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          assertThat(near.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
          assertThat(far.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
          near.setOption(StandardSocketOptions.TCP_NODELAY, false)
              .setOption(StandardSocketOptions.SO_KEEPALIVE, true)
              .setOption(StandardSocketOptions.SO_LINGER, 3)
              .setOption(StandardSocketOptions.SO_RCVBUF, 20_000)
              .setOption(StandardSocketOptions.SO_SNDBUF, 20_000)
              .setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 77);
          assertThat(near.getOption(StandardSocketOptions.TCP_NODELAY)).isFalse();
          assertThat(near.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
          assertThat(near.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(3);
          assertThat(near.getOption(StandardSocketOptions.SO_RCVBUF))
              .isGreaterThanOrEqualTo(20_000);
          assertThat(near.getOption(StandardSocketOptions.SO_SNDBUF))
              .isGreaterThanOrEqualTo(20_000);
          assertThat(near.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(77);
          near.setOption(StandardSocketOptions.SO_LINGER, -1);
          assertThat(near.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(-1);
          assertThatThrownBy(() -> near.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true))
              .isInstanceOf(UnsupportedOperationException.class);
        });
  }

  @OnEveryEngine
  void doesNotStopTheLoopWhenItLingersAtClose(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given: unsent data that a lingering close would wait for
          near.setOption(StandardSocketOptions.SO_LINGER, 5);
          Greenlet<?> writer = spawn(() -> near.write(new byte[50_000_000]));
          Loomlet.yield();
          writer.cancel(true);
          writer.join();

          // when
          long start = System.nanoTime();
          near.close();

          // then
          assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        });
  }

  @OnEveryEngine
  void viewsAsJavaStreams(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          OutputStream out = near.outputStream();
          out.write('a');
          out.write(text(" line\nanother\n"));
          out.close();

          // when
          BufferedReader in =
              new BufferedReader(new InputStreamReader(far.inputStream(), StandardCharsets.UTF_8));

          // then
          assertThat(in.readLine()).isEqualTo("a line");
          assertThat(in.readLine()).isEqualTo("another");
          assertThat(in.readLine()).isNull();
          assertThat(near.isOpen()).isFalse();
        });
  }

  @OnEveryEngine
  void readsAndWritesNothingOfNothing(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          assertThat(near.read(new byte[0])).isZero();
          near.write(new byte[0]);
          assertThatThrownBy(() -> near.read(new byte[3], 2, 2))
              .isInstanceOf(IndexOutOfBoundsException.class);
          assertThatThrownBy(() -> near.write(new byte[3], -1, 2))
              .isInstanceOf(IndexOutOfBoundsException.class);
        });
  }

  @OnEveryEngine
  void worksFromAnotherLoopAndFromAPlainThread(TestLoop loop) throws Exception {
    try (LoopGroup group = LoopGroup.start(2, loop.options());
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      // given: a stream of loop 0
      TcpStream stream =
          group.loop(0).call(() -> TcpStream.connect("127.0.0.1", server.getLocalPort()));
      Socket peer = server.accept();

      // when: loop 1 writes, this thread reads
      group
          .loop(1)
          .call(
              () -> {
                stream.write(text("hello"));
                return null;
              });
      assertThat(peer.getInputStream().readNBytes(5)).isEqualTo(text("hello"));
      peer.getOutputStream().write(text("abc"));
      byte[] answer = new byte[10];
      int n = stream.read(answer);

      // then
      assertThat(n).isEqualTo(3);
      assertThatThrownBy(stream::receive).isInstanceOf(IllegalStateException.class);
      stream.close();
      assertThat(peer.getInputStream().read()).isEqualTo(-1);
    }
  }

  @OnEveryEngine
  void reusesDescriptorsWithoutMixingUpTheirWaiters(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            for (int i = 0; i < 500; i++) {
              try (TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
                  TcpStream far = listener.accept()) {
                byte[] message = text("message " + i);
                near.write(message);
                byte[] received = new byte[50];
                int n = far.read(received);
                assertThat(new String(received, 0, n, StandardCharsets.UTF_8))
                    .isEqualTo("message " + i);
              }
            }
          }
        });
  }
}
