package dev.loomlet.file;

import static dev.loomlet.Loomlet.spawn;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.CancelScope;
import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class OpenFileTest {
  @TempDir Path directory;

  @OnEveryEngine
  void readsOnFromWhereItStands(TestLoop loop) throws Exception {
    Path path = Files.writeString(directory.resolve("text"), "one two three");
    loop.run(
        () -> {
          try (OpenFile file = LoopFiles.open(path)) {
            // when
            byte[] first = new byte[4];
            int n = file.read(first);
            byte[] rest = new byte[20];
            int more = file.read(rest, 1, 19);

            // then
            assertThat(n).isEqualTo(4);
            assertThat(new String(first, UTF_8)).isEqualTo("one ");
            assertThat(new String(rest, 1, more, UTF_8)).isEqualTo("two three");
            assertThat(file.position()).isEqualTo(13);
            assertThat(file.read(rest)).isEqualTo(-1);
            file.position(4);
            try (Chunk chunk = file.receive()) {
              assertThat(chunk.length()).isEqualTo(9);
            }
            assertThat(file.receive()).isNull();
          }
        });
  }

  @OnEveryEngine
  void writesOnAndAppends(TestLoop loop) throws Exception {
    Path path = directory.resolve("written");
    loop.run(
        () -> {
          try (OpenFile file = LoopFiles.open(path, READ, WRITE, CREATE)) {
            file.write("hello ".getBytes(UTF_8));
            file.write("world".getBytes(UTF_8));
            file.write("J".getBytes(UTF_8), 0L);
            byte[] all = new byte[11];
            assertThat(file.readFully(all, 0)).isEqualTo(11);
            assertThat(new String(all, UTF_8)).isEqualTo("Jello world");
          }
          try (OpenFile file = LoopFiles.open(path, APPEND);
              OpenFile other = LoopFiles.open(path, APPEND)) {
            file.write("!".getBytes(UTF_8));
            other.write("?".getBytes(UTF_8));
            file.write("!".getBytes(UTF_8));
            file.sync();
            file.syncData();
            assertThatThrownBy(() -> file.write(new byte[1], 0L))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("append");
          }
        });
    assertThat(path).hasContent("Jello world!?!");
  }

  @OnEveryEngine
  void largeDataComesBackFromEveryKindOfMemory(TestLoop loop) throws Exception {
    Path path = directory.resolve("large");
    byte[] data = new byte[3_000_001];
    new Random(7).nextBytes(data);
    loop.run(
        () -> {
          try (OpenFile file = LoopFiles.open(path, READ, WRITE, CREATE);
              Arena shared = Arena.ofShared();
              Arena confined = Arena.ofConfined()) {
            file.write(data);
            byte[] array = new byte[data.length];
            assertThat(file.readFully(array, 0)).isEqualTo(data.length);
            assertThat(Arrays.equals(array, data)).isTrue();
            for (Arena arena : List.of(shared, confined)) {
              MemorySegment memory = arena.allocate(data.length);
              long done = 0;
              while (done < data.length) {
                done += file.read(memory.asSlice(done), done);
              }
              assertThat(Arrays.equals(memory.toArray(ValueLayout.JAVA_BYTE), data)).isTrue();
              file.write(memory, 0);
            }
            assertThat(file.size()).isEqualTo(data.length);
          }
        });
  }

  @OnEveryEngine
  void manyGreenletsReadAtTheirOwnPlaces(TestLoop loop) throws Exception {
    Path path = directory.resolve("blocks");
    byte[] data = new byte[64 * 4096];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i / 4096);
    }
    Files.write(path, data);
    loop.run(
        () -> {
          try (OpenFile file = LoopFiles.open(path)) {
            List<Greenlet<?>> readers = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
              int block = i;
              readers.add(
                  spawn(
                      () -> {
                        byte[] target = new byte[4096];
                        for (int round = 0; round < 20; round++) {
                          assertThat(file.readFully(target, block * 4096L)).isEqualTo(4096);
                          assertThat(target).containsOnly(block);
                        }
                      }));
            }
            for (Greenlet<?> each : readers) {
              each.get();
            }
          }
        });
  }

  @OnEveryEngine
  void manyReadWhatIsInMemoryWhatIsNotAndWhatDoesNotExist(TestLoop loop) throws Exception {
    // given: bytes, then a hole, which nobody has in memory before it is read
    Path path = directory.resolve("sparse");
    byte[] data = new byte[40_000];
    new Random(11).nextBytes(data);
    Files.write(path, data);
    long size = 4L << 20;
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(size);
    }
    loop.run(
        () -> {
          try (OpenFile file = LoopFiles.open(path)) {
            // when
            List<Greenlet<?>> readers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
              Random random = new Random(i);
              readers.add(
                  spawn(
                      () -> {
                        for (int round = 0; round < 5; round++) {
                          readSome(file, data, size, random);
                        }
                      }));
            }

            // then
            for (Greenlet<?> each : readers) {
              each.get();
            }
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  private static void readSome(OpenFile file, byte[] data, long size, Random random)
      throws IOException {
    byte[] array = new byte[1 + random.nextInt(20_000)];
    long position =
        switch (random.nextInt(3)) {
          case 0 -> random.nextInt(data.length);
          case 1 -> data.length + random.nextLong(size - data.length);
          default -> size - 10 + random.nextInt(20);
        };
    byte[] expected = new byte[Math.clamp(size - position, 0, array.length)];
    if (position < data.length) {
      System.arraycopy(
          data, (int) position, expected, 0, (int) Math.min(data.length - position, array.length));
    }
    int n = file.readFully(array, position);
    assertThat(n).isEqualTo(expected.length);
    assertThat(Arrays.equals(array, 0, n, expected, 0, n)).isTrue();
    if (position >= size) {
      assertThat(file.read(array, position)).isEqualTo(-1);
    }
  }

  @OnEveryEngine
  void whatCannotBeReadIsSaidToEachOfMany(TestLoop loop) throws Exception {
    Path path = Files.writeString(directory.resolve("write-only"), "text");
    loop.run(
        () -> {
          try (OpenFile file = LoopFiles.open(path, WRITE)) {
            List<Greenlet<?>> readers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
              readers.add(
                  spawn(
                      () -> {
                        assertThatThrownBy(() -> file.read(new byte[4], 0L))
                            .isInstanceOf(FileSystemException.class)
                            .hasMessageContaining("write-only: was not opened for that");
                      }));
            }
            for (Greenlet<?> each : readers) {
              each.get();
            }
          }
        });
  }

  @OnEveryEngine
  void aSecondSequentialUserIsToldSo(TestLoop loop) throws Exception {
    Path path = directory.resolve("busy");
    loop.run(
        () -> {
          try (OpenFile file = LoopFiles.open(path, WRITE, CREATE)) {
            Greenlet<?> writer =
                spawn(
                    () -> {
                      while (true) {
                        file.position(0).write(new byte[1_000_000]);
                      }
                    });
            Loomlet.yield();
            assertThatThrownBy(
                    () -> {
                      while (true) {
                        file.position();
                        file.write(new byte[1]);
                      }
                    })
                .isInstanceOf(ResourceBusyException.class)
                .hasMessageContaining("one at a time");
            writer.kill();
          }
        });
  }

  @OnEveryEngine
  void cancelledBeforeItBeginsNothingHappens(TestLoop loop) throws Exception {
    Path path = directory.resolve("cancelled");
    loop.run(
        () -> {
          try (OpenFile file = LoopFiles.open(path, READ, WRITE, CREATE)) {
            AtomicBoolean cancelled = new AtomicBoolean();
            CancelScope scope = new CancelScope();
            scope.run(
                () -> {
                  scope.cancel();
                  try {
                    file.write(new byte[10]);
                  } catch (Cancelled e) {
                    cancelled.set(true);
                    throw e;
                  }
                });
            assertThat(cancelled).isTrue();
            assertThat(file.size()).isZero();
          }
        });
  }

  @OnEveryEngine
  void anOperationThatHasBegunHappensAndTheCancellationComesAfterIt(TestLoop loop)
      throws Exception {
    Path path = directory.resolve("begun");
    loop.run(
        () -> {
          try (OpenFile file = LoopFiles.open(path, READ, WRITE, CREATE)) {
            AtomicBoolean written = new AtomicBoolean();
            Greenlet<?> writer =
                spawn(
                    () -> {
                      file.write(new byte[100_000]);
                      written.set(true);
                      Loomlet.yield();
                      throw new AssertionError("the cancellation was lost");
                    });
            Loomlet.yield();
            writer.kill();
            assertThat(writer.isCancelled()).isTrue();
            assertThat(written).isTrue();
            assertThat(file.size()).isEqualTo(100_000);
          }
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void closingLetsWhatIsUnderWayEnd(TestLoop loop) throws Exception {
    Path path = directory.resolve("closing");
    loop.run(
        () -> {
          OpenFile file = LoopFiles.open(path, WRITE, CREATE);
          Greenlet<?> writer = spawn(() -> file.write(new byte[200_000]));
          Loomlet.yield();
          file.close();
          file.close();
          writer.get();
          assertThat(file.isOpen()).isFalse();
          assertThatThrownBy(() -> file.read(new byte[1], 0L))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("closed");
        });
    assertThat(Files.size(path)).isEqualTo(200_000);
  }

  @OnEveryEngine
  void otherLoopsAndPlainThreadsMayUseIt(TestLoop loop) throws Exception {
    Path path = directory.resolve("shared");
    loop.run(
        () -> {
          try (OpenFile file = LoopFiles.open(path, READ, WRITE, CREATE)) {
            Loomlet.runInExecutor(
                    () -> {
                      file.write("from afar".getBytes(UTF_8), 0L);
                      assertThat(file.readFully(new byte[9], 0)).isEqualTo(9);
                      return null;
                    })
                .get();
            assertThat(file.size()).isEqualTo(9);
          }
        });
    PlainThread.run(
        () -> {
          try (OpenFile file = LoopFiles.open(path)) {
            assertThat(file.readFully(new byte[20], 0)).isEqualTo(9);
          }
        });
  }

  @OnEveryEngine
  void theLoopGoesOnMeanwhile(TestLoop loop) throws Exception {
    Path path = directory.resolve("meanwhile");
    loop.run(
        () -> {
          try (OpenFile file = LoopFiles.open(path, WRITE, CREATE)) {
            int[] turns = new int[1];
            Greenlet<?> other =
                spawn(
                    () -> {
                      while (true) {
                        turns[0]++;
                        Loomlet.yield();
                      }
                    });
            for (int i = 0; i < 20; i++) {
              file.write(new byte[100_000]);
              file.sync();
            }
            other.kill();
            assertThat(turns[0]).isGreaterThan(20);
          }
        });
  }

  @OnEveryEngine
  void errorsAreThoseOfTheJdk(TestLoop loop) throws Exception {
    Path absent = directory.resolve("absent");
    Path present = Files.writeString(directory.resolve("present"), "x");
    loop.run(
        () -> {
          assertThatThrownBy(() -> LoopFiles.open(absent))
              .isInstanceOf(NoSuchFileException.class)
              .hasMessageContaining("absent");
          assertThatThrownBy(() -> LoopFiles.open(present, StandardOpenOption.CREATE_NEW, WRITE))
              .isInstanceOf(FileAlreadyExistsException.class);
          assertThatThrownBy(() -> LoopFiles.open(present.resolve("below")))
              .isInstanceOf(FileSystemException.class);
          assertThatThrownBy(() -> LoopFiles.open(present, READ, APPEND))
              .isInstanceOf(IllegalArgumentException.class);
          try (OpenFile file = LoopFiles.open(present)) {
            assertThatThrownBy(() -> file.read(new byte[1], -1L))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 or more");
            assertThatThrownBy(() -> file.setReadTimeout(Duration.ofSeconds(1)))
                .isInstanceOf(UnsupportedOperationException.class);
          }
        });
  }

  @OnEveryEngine
  void anErrorSaysWhoCalled(TestLoop loop) throws Exception {
    loop.run(
        () ->
            assertThatThrownBy(() -> LoopFiles.open(directory.resolve("absent")))
                .satisfies(
                    e ->
                        assertThat(e.getStackTrace())
                            .anyMatch(f -> f.getClassName().equals(OpenFileTest.class.getName()))));
  }

  @OnEveryEngine
  void whatMayNotBeReadIsDenied(TestLoop loop) throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), "x");
    assertThat(secret.toFile().setReadable(false)).isTrue();
    Assumptions.assumeFalse(Files.isReadable(secret), "root may read everything");
    loop.run(
        () ->
            assertThatThrownBy(() -> LoopFiles.open(secret))
                .isInstanceOf(AccessDeniedException.class));
  }

  @OnEveryEngine
  void aFullDeviceSaysWhatToDo(TestLoop loop) throws Exception {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "no /dev/full here");
    loop.run(
        () -> {
          try (OpenFile file = LoopFiles.open(full, WRITE)) {
            assertThatThrownBy(() -> file.write(new byte[10]))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("no space left")
                .hasMessageContaining("free some space");
          }
        });
  }

  @OnEveryEngine
  void itIsAnInputStreamToo(TestLoop loop) throws Exception {
    Path path = Files.writeString(directory.resolve("stream"), "streamed");
    loop.run(
        () -> {
          try (InputStream in = LoopFiles.open(path).inputStream()) {
            assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("streamed");
          }
        });
  }

  @OnEveryEngine
  void saysWhatItWasNotOpenedFor(TestLoop loop) throws Exception {
    Path path = Files.writeString(directory.resolve("file"), "text");
    loop.run(
        () -> {
          try (OpenFile file = LoopFiles.open(path, WRITE)) {
            for (ThrowingCallable reading :
                List.<ThrowingCallable>of(
                    () -> file.read(new byte[1]), () -> file.read(new byte[1], 2), file::receive)) {
              assertThatThrownBy(reading)
                  .isInstanceOf(FileSystemException.class)
                  .hasMessageContaining(
                      path + ": was not opened for that: to read needs the option");
            }
          }
          try (OpenFile file = LoopFiles.open(path)) {
            for (ThrowingCallable writing :
                List.<ThrowingCallable>of(
                    () -> file.write(new byte[1]),
                    () -> file.write(new byte[1], 2),
                    () -> file.truncate(1))) {
              assertThatThrownBy(writing)
                  .isInstanceOf(FileSystemException.class)
                  .hasMessageContaining("to write WRITE");
            }
          }
          assertThat(path).hasContent("text");
        });
  }

  @OnEveryEngine
  void namesTheFileThatIsADirectory(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (OpenFile folder = LoopFiles.open(directory)) {
            assertThatThrownBy(() -> folder.read(new byte[1]))
                .isInstanceOf(FileSystemException.class)
                .hasMessage(directory + ": is a directory");
          }
        });
  }

  @OnEveryEngine
  void saysThatANameIsTooLong(TestLoop loop) throws Exception {
    loop.run(
        () ->
            assertThatThrownBy(() -> LoopFiles.open(directory.resolve("x".repeat(300))))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("name")
                .hasMessageContaining("too long"));
  }
}
