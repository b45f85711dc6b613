package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static dev.loomlet.net.Tls.withPair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.AsyncResult;
import dev.loomlet.CancelScope;
import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.queue.Select;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Timeout;

/** What a TLS stream carries, and how it ends. */
@Timeout(120)
final class TlsStreamTest {
  private static final Duration SHORT = Duration.ofMillis(20);

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
          near.write(ByteBuffer.wrap(text("read-only ")).asReadOnlyBuffer());
          try (Arena arena = Arena.ofConfined()) {
            near.write(arena.allocateFrom("segment"));
          }
          near.write(new byte[0]);
          near.shutdownOutput();

          // when: read back in pieces that do not fit
          StringBuilder received = new StringBuilder();
          ByteBuffer direct = ByteBuffer.allocateDirect(3);
          byte[] array = new byte[4];
          while (true) {
            int n = far.read(array, 1, 3);
            if (n < 0) {
              break;
            }
            received.append(new String(array, 1, n, StandardCharsets.UTF_8));
            n = far.read(direct.clear());
            if (n < 0) {
              break;
            }
            received.append(StandardCharsets.UTF_8.decode(direct.flip()));
          }

          // then
          assertThat(received).hasToString("array part heap direct read-only segment\0");
          assertThat(far.read(array)).isEqualTo(-1);
          assertThat(far.read(new byte[0])).isZero();
          assertThat(far.protocol()).isEqualTo("TLSv1.3");
          assertThat(near.cipherSuite()).startsWith("TLS_AES");
          assertThat(near.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
        });
  }

  @OnEveryEngine
  void lendsChunks(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given: an echo by chunks
          Greenlet<?> echo =
              spawn(
                  () -> {
                    while (far.receive() instanceof Chunk chunk) {
                      try (chunk) {
                        far.write(chunk);
                      }
                    }
                    far.shutdownOutput();
                  });
          byte[] sent = new byte[200_000];
          new Random(1).nextBytes(sent);
          Greenlet<byte[]> reader = spawn(() -> near.inputStream().readAllBytes());

          // when
          near.write(sent, 0, 1);
          near.write(sent, 1, sent.length - 1);
          near.shutdownOutput();

          // then
          assertThat(reader.get()).isEqualTo(sent);
          echo.get();
        });
  }

  @OnEveryEngine
  void aChunkTakesWhatAReadHasLeft(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          near.write(text("hello world"));
          byte[] start = new byte[5];
          assertThat(far.read(start)).isEqualTo(5);
          try (Chunk chunk = far.receive()) {
            assertThat(StandardCharsets.UTF_8.decode(chunk.buffer()).toString())
                .isEqualTo(" world");
          }
        });
  }

  @OnEveryEngine
  void fullDuplexKeepsEveryByte(TestLoop loop) throws Exception {
    for (String version : new String[] {"TLSv1.3", "TLSv1.2"}) {
      withPair(
          loop,
          Tls.trusting("ca").protocols(version).build(),
          Tls.identifiedBy("server", "rsa").build(),
          (near, far) -> {
            // given: both directions busy at once
            int size = version.equals("TLSv1.3") ? 5_500_000 : 1_000_000;
            byte[] there = new byte[size];
            byte[] back = new byte[size];
            new Random(7).nextBytes(there);
            new Random(8).nextBytes(back);
            Greenlet<?> nearWrites = spawn(() -> writeInPieces(near, there, new Random(9)));
            Greenlet<?> farWrites = spawn(() -> writeInPieces(far, back, new Random(10)));

            // when
            Greenlet<byte[]> nearReads = spawn(() -> readInPieces(near, back.length, 11));
            Greenlet<byte[]> farReads = spawn(() -> readInPieces(far, there.length, 12));

            // then
            assertThat(nearReads.get()).isEqualTo(back);
            assertThat(farReads.get()).isEqualTo(there);
            nearWrites.get();
            farWrites.get();
            assertThat(near.protocol()).isEqualTo(version);
          });
    }
  }

  private static void writeInPieces(TlsStream stream, byte[] data, Random random)
      throws IOException {
    int at = 0;
    while (at < data.length) {
      int n = Math.min(data.length - at, 1 + random.nextInt(random.nextBoolean() ? 100 : 150_000));
      stream.write(data, at, n);
      at += n;
    }
  }

  private static byte[] readInPieces(TlsStream stream, int length, int seed) throws IOException {
    Random random = new Random(seed);
    byte[] data = new byte[length];
    int at = 0;
    while (at < length) {
      if (random.nextBoolean()) {
        try (Chunk chunk = stream.receive()) {
          int n = chunk.length();
          chunk.buffer().get(data, at, n);
          at += n;
        }
      } else {
        at += stream.read(data, at, Math.min(length - at, 1 + random.nextInt(40_000)));
      }
    }
    return data;
  }

  @OnEveryEngine
  void severalBuffersShareARecord(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given
          byte[] big = new byte[40_000];
          new Random(5).nextBytes(big);
          ByteBuffer head = ByteBuffer.wrap(text("head "));
          ByteBuffer tail = ByteBuffer.wrap(text("tail"));

          // when
          near.write(head, ByteBuffer.allocate(0), tail);

          // then: what was one record comes in one read
          byte[] got = new byte[100];
          int n = far.read(got);
          assertThat(new String(got, 0, n, StandardCharsets.UTF_8)).isEqualTo("head tail");
          assertThat(head.hasRemaining() || tail.hasRemaining()).isFalse();
          near.write(ByteBuffer.wrap(big), ByteBuffer.wrap(text("end")));
          near.shutdownOutput();
          byte[] all = far.inputStream().readAllBytes();
          assertThat(all).startsWith(big).endsWith(text("end")).hasSize(40_003);
        });
  }

  @OnEveryEngine
  void halfClosesEachDirection(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          near.shutdownOutput();
          near.shutdownOutput();
          assertThat(far.read(new byte[1])).isEqualTo(-1);
          far.write(text("still here"));
          byte[] answer = new byte[20];
          assertThat(near.read(answer)).isEqualTo(10);
          assertThatThrownBy(() -> near.write(answer))
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("shut down for writing");
          near.shutdownInput();
          assertThat(near.read(answer)).isEqualTo(-1);
        });
  }

  @OnEveryEngine
  void closingTellsTheOtherSide(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          far.write(text("last"));
          far.close();
          assertThat(near.inputStream().readAllBytes()).isEqualTo(text("last"));
          assertThat(far.isOpen()).isFalse();
          assertThatThrownBy(() -> far.read(new byte[1])).isInstanceOf(SocketException.class);
          assertThatThrownBy(() -> far.write(new byte[1])).isInstanceOf(SocketException.class);
        });
  }

  @OnEveryEngine
  void anEndWithoutCloseNotifyIsAnError(TestLoop loop) throws Exception {
    for (TlsOptions client :
        new TlsOptions[] {Tls.CLIENT, Tls.trusting("ca").allowTruncation().build()}) {
      Pair.withPair(
          loop,
          (near, far) -> {
            // given
            Greenlet<TlsStream> serving = spawn(() -> TlsStream.server(far, Tls.SERVER));
            try (TlsStream stream = TlsStream.client(near, "localhost", client)) {
              serving.get().write(text("part"));

              // when: the connection below ends
              far.close();

              // then
              byte[] part = new byte[10];
              assertThat(stream.read(part)).isEqualTo(4);
              if (client == Tls.CLIENT) {
                assertThatThrownBy(() -> stream.read(part))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("truncated")
                    .hasMessageContaining("allowTruncation");
                assertThatThrownBy(stream::receive).isInstanceOf(SSLException.class);
              } else {
                assertThat(stream.read(part)).isEqualTo(-1);
                assertThat(stream.receive()).isNull();
              }
            }
          });
    }
  }

  @OnEveryEngine
  void aReadThatIsCancelledOrTimesOutLosesNothing(TestLoop loop) throws Exception {
    Pair.withPair(
        loop,
        (near, middle) -> {
          // given: a link that passes on a byte at a time when it is told to
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream beyond = TcpStream.connect("127.0.0.1", listener.port());
              TcpStream far = listener.accept()) {
            Greenlet<?> back = spawn(() -> pass(middle, beyond));
            Greenlet<?> there = spawn(() -> pass(beyond, middle));
            Greenlet<TlsStream> serving = spawn(() -> TlsStream.server(far, Tls.SERVER));
            try (TlsStream client = TlsStream.client(near, "localhost", Tls.CLIENT);
                TlsStream server = serving.get()) {
              byte[] got = new byte[20];
              server.write(text("tickets came first"));
              client.read(got);
              there.kill();
              server.write(text("0123456789"));

              // when
              byte[] one = new byte[1];
              client.setReadTimeout(Duration.ofMillis(1));
              int n = -1;
              for (int i = 0; n < 0; i++) {
                assertThat(beyond.read(one)).isEqualTo(1);
                middle.write(one);
                try {
                  n = i % 2 == 0 ? client.read(got) : readUntilKilled(client, got);
                } catch (SocketTimeoutException e) {
                  assertThat(e)
                      .hasMessageContaining("timed out after 1 ms")
                      .hasMessageContaining("localhost");
                }
              }

              // then
              assertThat(new String(got, 0, n, StandardCharsets.UTF_8)).isEqualTo("0123456789");
              back.kill();
            }
          }
        });
  }

  private static int readUntilKilled(TlsStream stream, byte[] target) throws Exception {
    stream.setReadTimeout(null);
    AsyncResult<Integer> read = new AsyncResult<>();
    Greenlet<?> reader = spawn(() -> read.set(stream.read(target)));
    sleep(1);
    reader.kill();
    stream.setReadTimeout(Duration.ofMillis(1));
    return read.isDone() ? read.get() : -1;
  }

  private static void pass(TcpStream from, TcpStream to) throws IOException {
    while (from.receive() instanceof Chunk chunk) {
      try (chunk) {
        to.write(chunk);
      }
    }
  }

  @OnEveryEngine
  void aWriteThatIsCutShortEndsWritingButNotReading(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given: a peer that does not read
          near.setWriteTimeout(SHORT);
          byte[] block = new byte[1_000_000];
          assertThatThrownBy(
                  () -> {
                    while (true) {
                      near.write(block);
                    }
                  })
              .isInstanceOf(SocketTimeoutException.class);

          // then
          assertThatThrownBy(() -> near.write(block))
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("cut short");
          far.write(text("for you"));
          assertThat(near.read(block)).isEqualTo(7);
        });
  }

  @OnEveryEngine
  void oneReaderAndOneWriterAtATime(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          Greenlet<?> reader = spawn(() -> near.read(new byte[1]));
          Greenlet<?> writer = spawn(() -> near.write(new byte[50_000_000]));
          sleep(5);
          assertThatThrownBy(() -> near.read(new byte[1]))
              .isInstanceOf(ResourceBusyException.class);
          assertThatThrownBy(() -> near.write(new byte[1]))
              .isInstanceOf(ResourceBusyException.class);
          near.close();
          assertThatThrownBy(reader::get).hasRootCauseInstanceOf(SocketException.class);
          assertThatThrownBy(writer::get).hasRootCauseInstanceOf(SocketException.class);
        });
  }

  @OnEveryEngine
  void everyOperationIsACheckpoint(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given: something to read
          far.write(text("ab"));
          near.read(new byte[1]);
          // when / then: a scope stays cancelled
          CancelScope scope = new CancelScope();
          scope.run(
              () -> {
                scope.cancel();
                assertThatThrownBy(() -> near.read(new byte[1])).isInstanceOf(Cancelled.class);
                assertThatThrownBy(() -> near.write(new byte[1])).isInstanceOf(Cancelled.class);
              });
          byte[] b = new byte[1];
          assertThat(near.read(b)).isEqualTo(1);
          assertThat(b[0]).isEqualTo((byte) 'b');
          near.write(b);
          assertThat(far.read(b)).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void aSelectSeesDecryptedBytesAndNothingElse(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          // given: a fresh client, to which the server has sent session tickets only
          Select<String> select =
              Select.<String>first()
                  .readable(
                      near,
                      stream -> {
                        byte[] one = new byte[1];
                        return stream.read(one) < 0 ? "end" : "read " + (char) one[0];
                      })
                  .after(SHORT, () -> "nothing");
          assertThat(select.await()).isEqualTo("nothing");
          assertThat(select.await()).isEqualTo("nothing");

          // when: two bytes in one record, while the select waits and after it
          Greenlet<?> writer =
              spawn(
                  () -> {
                    sleep(5);
                    far.write(text("xy"));
                  });
          Select<String> patient =
              Select.<String>first()
                  .readable(
                      near,
                      stream -> {
                        byte[] one = new byte[1];
                        stream.read(one);
                        return "read " + (char) one[0];
                      });
          assertThat(patient.await()).isEqualTo("read x");
          writer.get();
          assertThat(select.await()).isEqualTo("read y");
          assertThat(select.await()).isEqualTo("nothing");
          Greenlet<?> closer =
              spawn(
                  () -> {
                    sleep(5);
                    far.close();
                  });
          assertThat(Select.<String>first().readable(near, _ -> "end").await()).isEqualTo("end");
          closer.get();
          assertThat(near.read(new byte[1])).isEqualTo(-1);
        });
  }

  @OnEveryEngine
  void worksFromAnotherLoopAndFromAPlainThread(TestLoop loop) throws Exception {
    try (LoopGroup group = LoopGroup.start(2, loop.options())) {
      // given: both ends on loop 0
      TcpListener listener = group.loop(0).call(() -> TcpListener.bind("127.0.0.1", 0));
      Greenlet<TlsStream> serving =
          group.loop(0).spawn(() -> TlsStream.server(listener.accept(), Tls.SERVER));
      TcpStream tcp = group.loop(0).call(() -> TcpStream.connect("127.0.0.1", listener.port()));
      TlsStream client = TlsStream.client(tcp, "localhost", Tls.CLIENT);
      TlsStream server = serving.get();

      // when
      group
          .loop(1)
          .call(
              () -> {
                client.write(text("hello"));
                return null;
              });
      byte[] got = new byte[10];

      // then
      assertThat(server.read(got)).isEqualTo(5);
      assertThatThrownBy(server::receive).isInstanceOf(IllegalStateException.class);
      client.shutdownOutput();
      assertThat(server.read(got)).isEqualTo(-1);
      client.close();
      server.close();
      listener.close();
    }
  }

  @OnEveryEngine
  void goesThroughAnotherTlsStream(TestLoop loop) throws Exception {
    withPair(
        loop,
        (near, far) -> {
          Greenlet<TlsStream> serving = spawn(() -> TlsStream.server(far, Tls.SERVER));
          try (TlsStream inner = TlsStream.client(near, "localhost", Tls.CLIENT);
              TlsStream server = serving.get()) {
            inner.write(text("wrapped twice"));
            byte[] got = new byte[20];
            assertThat(server.read(got)).isEqualTo(13);
            inner.close();
            assertThat(server.read(got)).isEqualTo(-1);
          }
        });
  }
}
