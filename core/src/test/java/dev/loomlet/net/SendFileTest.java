package dev.loomlet.net;

import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.file.LoopFiles;
import dev.loomlet.file.OpenFile;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SendFileTest {
  @TempDir Path directory;
  private final byte[] data = new byte[5_000_003];
  private Path path;

  @BeforeEach
  void writeFile() throws IOException {
    new Random(11).nextBytes(data);
    path = Files.write(directory.resolve("data"), data);
  }

  private static byte[] readToEnd(TcpStream stream) throws IOException {
    return stream.inputStream().readAllBytes();
  }

  @OnEveryEngine
  void aPartOfAFileArrivesWhole(TestLoop loop) throws Exception {
    Pair.withPair(
        loop,
        (near, far) -> {
          try (OpenFile file = LoopFiles.open(path)) {
            // given
            Greenlet<byte[]> reader = spawn(() -> readToEnd(far));

            // when
            near.write(new byte[] {1, 2, 3});
            long sent = near.send(file, 1_000, 4_000_000);
            near.shutdownOutput();

            // then
            assertThat(sent).isEqualTo(4_000_000);
            byte[] got = reader.get();
            assertThat(got).hasSize(4_000_003);
            assertThat(Arrays.equals(got, 3, got.length, data, 1_000, 4_001_000)).isTrue();
            assertThat(file.position()).isZero();
          }
        });
  }

  @OnEveryEngine
  void theEndOfTheFileEndsIt(TestLoop loop) throws Exception {
    Pair.withPair(
        loop,
        (near, far) -> {
          try (OpenFile file = LoopFiles.open(path)) {
            Greenlet<byte[]> reader = spawn(() -> readToEnd(far));
            assertThat(near.send(file, data.length - 10, 1_000)).isEqualTo(10);
            assertThat(near.send(file, data.length + 10L, 1_000)).isZero();
            assertThat(near.send(file, 0, 0)).isZero();
            near.write(new byte[] {7});
            near.shutdownOutput();
            assertThat(reader.get()).hasSize(11).endsWith(7);
            assertThatThrownBy(() -> near.send(file, -1, 10))
                .isInstanceOf(IllegalArgumentException.class);
          }
        });
  }

  @OnEveryEngine
  void aSlowPeerHoldsItUpAndNotTheLoop(TestLoop loop) throws Exception {
    Pair.withPair(
        loop,
        (near, far) -> {
          try (OpenFile file = LoopFiles.open(path)) {
            near.setWriteTimeout(Duration.ofMillis(50));
            assertThatThrownBy(
                    () -> {
                      while (true) {
                        near.send(file, 0, data.length);
                      }
                    })
                .isInstanceOf(SocketTimeoutException.class);
          }
        });
  }

  @OnEveryEngine
  void whileItWaitsNobodyElseWritesAndAKillEndsIt(TestLoop loop) throws Exception {
    Pair.withPair(
        loop,
        (near, far) -> {
          try (OpenFile file = LoopFiles.open(path)) {
            Greenlet<?> sender =
                spawn(
                    () -> {
                      while (true) {
                        near.send(file, 0, data.length);
                      }
                    });
            // Long enough to fill the buffers of the kernel, which is not needed to be right.
            Loomlet.sleep(100);
            assertThatThrownBy(() -> near.write(new byte[1]))
                .isInstanceOf(ResourceBusyException.class);
            sender.kill();
            assertThat(sender.isCancelled()).isTrue();
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void aSocketThatIsClosedMeanwhileEndsItAndFreesAllDescriptors(TestLoop loop) throws Exception {
    Pair.withPair(
        loop,
        (near, far) -> {
          try (OpenFile file = LoopFiles.open(path)) {
            Greenlet<?> sender =
                spawn(
                    () -> {
                      while (true) {
                        near.send(file, 0, data.length);
                      }
                    });
            Loomlet.sleep(20);
            near.close();
            sender.join();
            assertThat(sender.exception()).isInstanceOf(IOException.class);
            // The peer sees the end, so no duplicate of the socket is left.
            readToEnd(far);
          }
        });
  }

  @OnEveryEngine
  void aFileOfAnotherLoopIsSentToo(TestLoop loop) throws Exception {
    Pair.withPair(
        loop,
        (near, far) -> {
          Greenlet<byte[]> reader = spawn(() -> readToEnd(far));
          Loomlet.runInExecutor(
                  () -> {
                    try (OpenFile file = LoopFiles.open(path)) {
                      assertThat(near.send(file, 0, data.length)).isEqualTo(data.length);
                    }
                    return null;
                  })
              .get();
          near.shutdownOutput();
          assertThat(Arrays.equals(reader.get(), data)).isTrue();
        });
  }

  @OnEveryEngine
  void aFileThatWasOpenedToWriteIsNotSent(TestLoop loop) throws Exception {
    Pair.withPair(
        loop,
        (near, _) -> {
          try (OpenFile file = LoopFiles.open(path, StandardOpenOption.WRITE)) {
            assertThatThrownBy(() -> near.send(file, 0, 10))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("was not opened for that: to read needs the option READ");
          }
        });
  }
}
