package dev.loomlet.file;

import static dev.loomlet.Loomlet.spawn;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class PipeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @TempDir Path directory;

  @OnEveryEngine
  void whatIsWrittenIsReadInOrder(TestLoop loop) throws Exception {
    byte[] data = new byte[1_000_001];
    new Random(5).nextBytes(data);
    loop.run(
        () -> {
          try (Pipe pipe = Pipe.open()) {
            Greenlet<?> writer =
                spawn(
                    () -> {
                      pipe.writer().write(data, 0, 300_000);
                      pipe.writer().write(data, 300_000, data.length - 300_000);
                      pipe.writer().close();
                    });
            byte[] got = pipe.reader().inputStream().readAllBytes();
            assertThat(Arrays.equals(got, data)).isTrue();
            assertThat(pipe.reader().read(new byte[1])).isEqualTo(-1);
            writer.get();
          }
        });
  }

  @OnEveryEngine
  void aReaderWaitsAndOthersGoOn(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (Pipe pipe = Pipe.open()) {
            Greenlet<String> reader =
                spawn(
                    () -> {
                      try (Chunk chunk = pipe.reader().receive()) {
                        return UTF_8.decode(chunk.buffer()).toString();
                      }
                    });
            Loomlet.sleep(10);
            assertThat(reader.isDone()).isFalse();
            assertThatThrownBy(() -> pipe.reader().read(new byte[1]))
                .isInstanceOf(ResourceBusyException.class);
            pipe.writer().write("hello".getBytes(UTF_8));
            assertThat(reader.get()).isEqualTo("hello");
            pipe.writer().close();
            assertThat(pipe.reader().receive()).isNull();
          }
        });
  }

  @OnEveryEngine
  void timeOutsAndKillsLoseNothing(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (Pipe pipe = Pipe.open()) {
            pipe.reader().setReadTimeout(Duration.ofMillis(20));
            assertThatThrownBy(() -> pipe.reader().read(new byte[1]))
                .isInstanceOf(SocketTimeoutException.class);
            pipe.reader().setReadTimeout(null);
            Greenlet<?> reader = spawn(() -> pipe.reader().read(new byte[1]));
            Loomlet.sleep(5);
            reader.kill();
            pipe.writer().write(new byte[] {7});
            byte[] got = new byte[2];
            assertThat(pipe.reader().read(got)).isEqualTo(1);
            assertThat(got[0]).isEqualTo((byte) 7);
            pipe.writer().setWriteTimeout(Duration.ofMillis(20));
            assertThatThrownBy(() -> pipe.writer().write(new byte[5_000_000]))
                .isInstanceOf(SocketTimeoutException.class);
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void closingEitherEndTellsTheOther(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (Pipe pipe = Pipe.open()) {
            Greenlet<?> writer = spawn(() -> pipe.writer().write(new byte[5_000_000]));
            Loomlet.sleep(5);
            pipe.reader().close();
            writer.join();
            assertThat(writer.exception())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nobody can read");
          }
          try (Pipe pipe = Pipe.open()) {
            Greenlet<?> reader = spawn(() -> pipe.reader().read(new byte[1]));
            Loomlet.sleep(5);
            pipe.reader().close();
            reader.join();
            assertThat(reader.exception()).isInstanceOf(IOException.class);
          }
        });
  }

  @OnEveryEngine
  void aFifoJoinsProcesses(TestLoop loop) throws Exception {
    Path fifo = directory.resolve("fifo");
    Path copy = directory.resolve("copy");
    loop.run(
        () -> {
          Fifo.create(fifo);
          assertThatThrownBy(() -> Fifo.create(fifo))
              .isInstanceOf(FileAlreadyExistsException.class);
          Process writer =
              new ProcessBuilder("sh", "-c", "sleep 0.05; echo from the shell > \"$0\"", fifo + "")
                  .start();
          try (PipeReader reader = Fifo.openReader(fifo)) {
            byte[] all = reader.inputStream().readAllBytes();
            assertThat(new String(all, UTF_8)).isEqualTo("from the shell\n");
          }
          writer.waitFor();
          Process reader =
              new ProcessBuilder(
                      "sh", "-c", "sleep 0.05; cat < \"$0\" > \"$1\"", fifo + "", copy + "")
                  .start();
          try (PipeWriter out = Fifo.openWriter(fifo)) {
            out.write("to the shell".getBytes(UTF_8));
          }
          reader.onExit().join();
          assertThat(copy).hasContent("to the shell");
        });
  }

  @OnEveryEngine
  void aFifoWithoutAnotherSideMakesTheGreenletWaitAndNobodyElse(TestLoop loop) throws Exception {
    Path fifo = directory.resolve("lonely");
    Path another = directory.resolve("another");
    loop.run(
        () -> {
          Fifo.create(fifo);
          Greenlet<?> reader =
              spawn(
                  () -> {
                    try (PipeReader end = Fifo.openReader(fifo)) {
                      return end.read(new byte[1]);
                    }
                  });
          Loomlet.sleep(30);
          assertThat(reader.isDone()).isFalse();
          reader.kill();
          // Not the same: the kernel may still be at taking back the read.
          Fifo.create(another);
          Greenlet<?> writer =
              spawn(
                  () -> {
                    try (PipeWriter end = Fifo.openWriter(another)) {
                      end.write(new byte[1]);
                    }
                  });
          Loomlet.sleep(30);
          writer.kill();
          assertThat(writer.isCancelled()).isTrue();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void fifosAndFilesAreNotTakenForEachOther(TestLoop loop) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "x");
    Path fifo = directory.resolve("fifo");
    loop.run(
        () -> {
          Fifo.create(fifo);
          assertThatThrownBy(() -> LoopFiles.open(fifo))
              .isInstanceOf(FileSystemException.class)
              .hasMessageContaining("Fifo.openReader");
          assertThatThrownBy(() -> Fifo.openReader(file))
              .isInstanceOf(FileSystemException.class)
              .hasMessageContaining("LoopFiles.open");
          assertThatThrownBy(() -> Fifo.openWriter(directory.resolve("absent")))
              .isInstanceOf(NoSuchFileException.class);
        });
  }

  @OnEveryEngine
  void aFifoHasAReaderAsSoonAsItIsOpenForReading(TestLoop loop) throws Exception {
    Path fifo = directory.resolve("fifo");
    loop.run(
        () -> {
          Fifo.create(fifo);
          // when: one greenlet does it all, and has not read yet when it writes
          try (PipeReader reader = Fifo.openReader(fifo)) {
            PipeWriter writer = Loomlet.withTimeout(PATIENCE, () -> Fifo.openWriter(fifo));
            writer.setWriteTimeout(PATIENCE);
            writer.write("hello".getBytes(UTF_8));
            writer.close();
            // then
            assertThat(reader.inputStream().readAllBytes()).isEqualTo("hello".getBytes(UTF_8));
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void aFifoIsOpenedForWritingWhenSomebodyCanRead(TestLoop loop) throws Exception {
    Path fifo = directory.resolve("fifo");
    loop.run(
        () -> {
          Fifo.create(fifo);
          Greenlet<PipeWriter> opening = spawn(() -> Fifo.openWriter(fifo));
          Loomlet.sleep(30);
          assertThat(opening.isDone()).isFalse();
          try (PipeReader reader = Fifo.openReader(fifo);
              PipeWriter writer = opening.get()) {
            writer.write(new byte[] {7});
            assertThat(reader.read(new byte[2])).isEqualTo(1);
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void aFifoThatIsClosedBeforeTheOtherSideCameLeavesNoThread(TestLoop loop) throws Exception {
    Path fifo = directory.resolve("fifo");
    loop.run(
        () -> {
          Fifo.create(fifo);
          for (int i = 0; i < 50; i++) {
            Fifo.openReader(fifo).close();
            Greenlet<?> writer = spawn(() -> Fifo.openWriter(fifo));
            Loomlet.yield();
            writer.kill();
          }
          // then: those that opened it and those that closed it have ended
          long end = System.nanoTime() + PATIENCE.toNanos();
          while (threadsOf(fifo) > 0 && System.nanoTime() < end) {
            Loomlet.sleep(1);
          }
          assertThat(threadsOf(fifo)).isZero();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  private static long threadsOf(Path fifo) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(each -> each.getName().contains(fifo.toString()))
        .count();
  }
}
