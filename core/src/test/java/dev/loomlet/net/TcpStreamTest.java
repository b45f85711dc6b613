package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static dev.loomlet.net.Pair.withPair;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.engine.Chunk;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Timeout;

/** What a stream carries, and from where it may be used. */
@Timeout(120)
final class TcpStreamTest {

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
