package dev.loomlet.io;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.engine.Chunk;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pieces of streams, however the bytes come. */
@Timeout(60)
final class StreamReaderTest {

  private interface Body {
    void run(TcpStream near, StreamReader reader) throws Exception;
  }

  private static void withReader(TestLoop loop, Body body) throws Exception {
    loop.run(
        () -> {
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
              TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
              StreamReader reader = new StreamReader(listener.accept())) {
            body.run(near, reader);
          }
        });
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @OnEveryEngine
  void readsLinesWithEitherEnd(TestLoop loop) throws Exception {
    withReader(
        loop,
        (near, reader) -> {
          near.write(text("one\ntwo\r\n\n\r\nb\r\rb\rü\nlast"));
          near.shutdownOutput();
          assertThat(reader.readLine()).isEqualTo("one");
          assertThat(reader.readLine()).isEqualTo("two");
          assertThat(reader.readLine()).isEmpty();
          assertThat(reader.readLine()).isEmpty();
          assertThat(reader.readLine()).isEqualTo("b\r\rb\rü");
          assertThat(reader.readLine()).isEqualTo("last");
          assertThat(reader.readLine()).isNull();
          assertThat(reader.readLine()).isNull();
        });
  }

  @OnEveryEngine
  void aLineOverTheLimitIsLeftWhereItIs(TestLoop loop) throws Exception {
    withReader(
        loop,
        (near, reader) -> {
          near.write(text("12345\r\n123456\r\n"));
          assertThat(reader.readLine(5)).isEqualTo("12345");
          assertThatThrownBy(() -> reader.readLine(5))
              .isInstanceOf(TooLongException.class)
              .hasMessageContaining("longer than 5 bytes")
              .hasMessageContaining("larger limit");
          assertThat(reader.readLine(6)).isEqualTo("123456");

          // an endless one needs no line feed to be noticed
          near.write(text("x".repeat(1000)));
          assertThatThrownBy(() -> reader.readLine(100)).isInstanceOf(TooLongException.class);
          assertThat(reader.skip(998)).isEqualTo(998);
          assertThat(reader.readExactly(2)).isEqualTo(text("xx"));
        });
  }

  @OnEveryEngine
  void readsUntilADelimiter(TestLoop loop) throws Exception {
    withReader(
        loop,
        (near, reader) -> {
          byte[] delimiter = text("aab");
          near.write(text("aaab|x aab"));
          assertThat(reader.readUntil(delimiter, 4)).isEqualTo(text("aaab"));
          assertThatThrownBy(() -> reader.readUntil(delimiter, 5))
              .isInstanceOf(TooLongException.class);
          assertThat(reader.readUntil(delimiter, 6)).isEqualTo(text("|x aab"));
          near.write(text("no end"));
          near.shutdownOutput();
          assertThatThrownBy(() -> reader.readUntil(delimiter, 100))
              .isInstanceOf(EOFException.class)
              .hasMessageContaining("after 6 bytes");
          assertThat(reader.takeBuffered()).isEqualTo(text("no end"));
          assertThatThrownBy(() -> reader.readUntil(new byte[0], 1))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }

  @OnEveryEngine
  void saysHowManyBytesCameOfThoseWanted(TestLoop loop) throws Exception {
    withReader(
        loop,
        (near, reader) -> {
          near.write(text("abc"));
          near.shutdownOutput();
          assertThatThrownBy(() -> reader.readExactly(10))
              .isInstanceOf(EOFException.class)
              .hasMessageContaining("3 of 10");
          assertThat(reader.readExactly(3)).isEqualTo(text("abc"));
          assertThat(reader.readExactly(0)).isEmpty();
          assertThat(reader.peek(3)).isEmpty();
          assertThat(reader.skip(4)).isZero();
        });
  }

  @OnEveryEngine
  void checksAFramesLengthBeforeTakingMemory(TestLoop loop) throws Exception {
    withReader(
        loop,
        (near, reader) -> {
          near.write(new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff});
          assertThatThrownBy(() -> reader.readFrame(LengthPrefix.FOUR_BYTES, 1000))
              .isInstanceOf(TooLongException.class)
              .hasMessageContaining("2147483647")
              .hasMessageContaining("1000");
          assertThat(reader.buffered()).isEqualTo(4);
          reader.skip(4);
          near.write(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
          assertThatThrownBy(() -> reader.readFrame(LengthPrefix.EIGHT_BYTES, Integer.MAX_VALUE))
              .isInstanceOf(TooLongException.class)
              .hasMessageContaining("18446744073709551615");
          reader.skip(8);
          near.write(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1});
          assertThatThrownBy(() -> reader.readFrame(LengthPrefix.VARINT, Integer.MAX_VALUE))
              .isInstanceOf(TooLongException.class);
          reader.skip(11);
          near.write(new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1});
          assertThatThrownBy(() -> reader.readFrame(LengthPrefix.FOUR_BYTES, Integer.MAX_VALUE))
              .as("one that has room in an array, but not together with its length")
              .isInstanceOf(TooLongException.class)
              .hasMessageContaining("2147483647");
          assertThat(reader.skip(5)).isEqualTo(5);
          assertThatThrownBy(() -> reader.skip(-1)).isInstanceOf(IllegalArgumentException.class);
          near.write(new byte[] {5, 1, 2});
          near.shutdownOutput();
          assertThatThrownBy(() -> reader.readFrame(LengthPrefix.ONE_BYTE, 10))
              .isInstanceOf(EOFException.class);
          reader.skip(3);
          assertThat(reader.readFrame(LengthPrefix.ONE_BYTE, 10)).isNull();
        });
  }

  @OnEveryEngine
  void everyPrefixComesBackAsItWas(TestLoop loop) throws Exception {
    withReader(
        loop,
        (near, reader) -> {
          for (LengthPrefix prefix : LengthPrefix.values()) {
            for (int length :
                new int[] {0, 1, 127, 128, 255, 256, 16_383, 16_384, 65_535, 70_000}) {
              if (length > prefix.largest()) {
                assertThatThrownBy(
                        () -> new StreamWriter(near).writeFrame(prefix, new byte[length]))
                    .isInstanceOf(IllegalArgumentException.class);
                continue;
              }
              byte[] frame = new byte[length];
              new Random(length).nextBytes(frame);
              Greenlet<?> writer =
                  spawn(() -> new StreamWriter(near).writeFrame(prefix, frame).flush());
              assertThat(reader.readFrame(prefix, length)).isEqualTo(frame);
              writer.get();
            }
          }
          new StreamWriter(near).writeFrame(LengthPrefix.VARINT, new byte[300]).flush();
          assertThat(reader.readExactly(2)).isEqualTo(new byte[] {(byte) 0xac, 2});
          reader.skip(300);
          near.write(new byte[] {0x34, 0x12});
          assertThatThrownBy(() -> reader.readFrame(LengthPrefix.TWO_BYTES_LITTLE_ENDIAN, 1))
              .hasMessageContaining("" + 0x1234);
        });
  }

  @OnEveryEngine
  void whatIsCancelledOrTimesOutHasTakenNothing(TestLoop loop) throws Exception {
    withReader(
        loop,
        (near, reader) -> {
          near.write(text("half a "));
          Greenlet<?> cancelled = spawn(() -> reader.readLine());
          sleep(5);
          cancelled.kill();
          reader.setReadTimeout(Duration.ofMillis(5));
          assertThatThrownBy(() -> reader.readUntil(text("."), 100))
              .isInstanceOf(SocketTimeoutException.class);
          assertThatThrownBy(() -> reader.readExactly(50))
              .isInstanceOf(SocketTimeoutException.class);
          near.write(text("line\n"));
          assertThat(reader.readLine()).isEqualTo("half a line");
        });
  }

  @OnEveryEngine
  void handsOnWhatIsLeft(TestLoop loop) throws Exception {
    withReader(
        loop,
        (near, reader) -> {
          near.write(text("head\nbody and more"));
          assertThat(reader.readLine()).isEqualTo("head");
          assertThat(reader.peek(4)).isEqualTo(text("body"));
          byte[] two = new byte[2];
          assertThat(reader.read(two)).isEqualTo(2);
          assertThat(two).isEqualTo(text("bo"));
          try (Chunk chunk = reader.receive()) {
            assertThat(StandardCharsets.UTF_8.decode(chunk.buffer()).toString())
                .isEqualTo("dy and more");
          }
          near.write(text("x"));
          assertThat(reader.read(two)).isEqualTo(1);
        });
  }

  @OnEveryEngine
  void givesLinesAsAStream(TestLoop loop) throws Exception {
    withReader(
        loop,
        (near, reader) -> {
          near.write(text("a\nb\nc\n"));
          near.shutdownOutput();
          assertThat(reader.lines()).containsExactly("a", "b", "c");
        });
  }

  @OnEveryEngine
  void readsTheRestUpToALimit(TestLoop loop) throws Exception {
    withReader(
        loop,
        (near, reader) -> {
          near.write(text("0123456789"));
          near.shutdownOutput();
          assertThatThrownBy(() -> reader.readToEnd(9)).isInstanceOf(TooLongException.class);
          assertThat(reader.readToEnd(10)).isEqualTo(text("0123456789"));
          assertThat(reader.readToEnd(0)).isEmpty();
        });
  }

  @OnEveryEngine
  void anySplitOfTheBytesGivesTheSamePieces(TestLoop loop) throws Exception {
    for (long seed = 1; seed <= 15; seed++) {
      long thisSeed = seed;
      withReader(loop, (near, reader) -> fuzz(near, reader, thisSeed));
    }
  }

  /** Writes random pieces, split at random, and reads them as what they are. */
  private static void fuzz(TcpStream near, StreamReader reader, long seed) throws Exception {
    Random random = new Random(seed);
    List<byte[]> pieces = new ArrayList<>();
    List<Integer> kinds = new ArrayList<>();
    StreamWriter all = new StreamWriter(near, 1 + random.nextInt(5000));
    for (int i = 0; i < 60; i++) {
      byte[] piece = new byte[random.nextInt(random.nextInt(10) == 0 ? 100_000 : 200)];
      for (int k = 0; k < piece.length; k++) {
        piece[k] = (byte) ('a' + random.nextInt(26));
      }
      pieces.add(piece);
      kinds.add(random.nextInt(4));
    }
    long splits = random.nextLong();
    Greenlet<?> writer =
        spawn(
            () -> {
              Random split = new Random(splits);
              for (int i = 0; i < pieces.size(); i++) {
                byte[] piece = pieces.get(i);
                switch (kinds.get(i)) {
                  case 0 -> all.write(piece).write(split.nextBoolean() ? "\n" : "\r\n");
                  case 1 -> all.writeFrame(prefixFor(i), piece);
                  case 2 -> all.write(piece).write("-=-");
                  default -> all.write(piece);
                }
                if (split.nextInt(3) == 0) {
                  all.flush();
                  if (split.nextBoolean()) {
                    sleep(0);
                  }
                }
              }
              all.flush();
            });
    for (int i = 0; i < pieces.size(); i++) {
      byte[] piece = pieces.get(i);
      byte[] got =
          switch (kinds.get(i)) {
            case 0 -> text(reader.readLine(piece.length));
            case 1 -> reader.readFrame(prefixFor(i), piece.length);
            case 2 -> Arrays.copyOf(reader.readUntil(text("-=-"), piece.length + 3), piece.length);
            default -> reader.readExactly(piece.length);
          };
      assertThat(got).as("piece " + i + " of seed " + seed).isEqualTo(piece);
    }
    writer.get();
  }

  private static LengthPrefix prefixFor(int i) {
    LengthPrefix[] wide = {
      LengthPrefix.FOUR_BYTES,
      LengthPrefix.FOUR_BYTES_LITTLE_ENDIAN,
      LengthPrefix.EIGHT_BYTES,
      LengthPrefix.EIGHT_BYTES_LITTLE_ENDIAN,
      LengthPrefix.VARINT
    };
    return wide[i % wide.length];
  }

  @Test
  void readsAndWritesFromAPlainThread() throws Exception {
    // A plain thread: no chunks are lent to it.
    try (LoopGroup group = LoopGroup.start(1)) {
      TcpListener listener = group.loop(0).call(() -> TcpListener.bind("127.0.0.1", 0));
      TcpStream near = group.loop(0).call(() -> TcpStream.connect("127.0.0.1", listener.port()));
      StreamReader reader = new StreamReader(listener.accept());
      try (StreamWriter writer = new StreamWriter(near)) {
        writer.writeLine("from a plain thread");
      }
      assertThat(reader.readLine()).isEqualTo("from a plain thread");
      assertThat(reader.readLine()).isNull();
      reader.close();
      listener.close();
    }
  }

  @OnEveryEngine
  void aWriterThatWasCutShortSaysSo(TestLoop loop) throws Exception {
    withReader(
        loop,
        (near, reader) -> {
          near.setWriteTimeout(Duration.ofMillis(10));
          StreamWriter writer = new StreamWriter(near);
          assertThatThrownBy(
                  () -> {
                    while (true) {
                      writer.write(new byte[1_000_000]);
                    }
                  })
              .isInstanceOf(SocketTimeoutException.class);
          assertThatThrownBy(() -> writer.write("more"))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("cut short");
          writer.close();
          assertThat(near.isOpen()).isFalse();
        });
  }
}
