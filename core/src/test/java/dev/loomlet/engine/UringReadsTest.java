package dev.loomlet.engine;

import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Action;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopOptions;
import dev.loomlet.linux.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is particular about reads of files that the kernel does together. */
@Timeout(60)
final class UringReadsTest {
  private static final int BLOCK = 4096;
  private static final int BLOCKS = 64;

  /** Not among the temporary files, which may lie where the page cache cannot be asked. */
  private Path directory = Path.of("");

  private Path path = directory;

  @BeforeEach
  void needsTheEngineAndAFileInThePageCache() throws IOException {
    String reason = UringSupport.unavailableReason();
    Assumptions.assumeTrue(reason == null, reason);
    directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "reads");
    path = write("blocks", 0);
  }

  @AfterEach
  void deleteFiles() throws IOException {
    if (!directory.equals(Path.of(""))) {
      try (var files = Files.list(directory)) {
        for (Path each : files.toList()) {
          Files.delete(each);
        }
      }
      Files.delete(directory);
    }
  }

  /** A file each block of which holds its number and some more. */
  private Path write(String name, int more) throws IOException {
    byte[] data = new byte[BLOCKS * BLOCK];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i / BLOCK + more);
    }
    return Files.write(directory.resolve(name), data);
  }

  private static void run(Action action) throws Exception {
    Loomlet.run(LoopOptions.defaults().withEngine(Engines.byName(UringEngine.NAME)), action);
  }

  private static UringEngine engine() {
    return (UringEngine) Loop.current().engine();
  }

  private static UringFileHandle open(Path path) throws IOException {
    var handle = (UringFileHandle) engine().files().open(path, Set.of(StandardOpenOption.READ));
    int n = handle.readNow(MemorySegment.ofArray(new byte[1]), 0, 1, 0);
    if (n == -Errno.EOPNOTSUPP) {
      handle.close();
      Assumptions.abort("the file system of " + path + " does not tell what is in the page cache");
    }
    assertThat(n).isEqualTo(1);
    return handle;
  }

  private static void assertBlock(MemorySegment read, int value) {
    assertThat(read.toArray(ValueLayout.JAVA_BYTE)).containsOnly(value);
  }

  @Test
  void readsOfATurnShareASystemCall() throws Exception {
    run(
        () -> {
          // given
          int rounds = 10;
          UringFileHandle file = open(path);
          long before = engine().ownCalls();

          // when
          List<Greenlet<?>> readers = new ArrayList<>();
          for (int i = 0; i < BLOCKS; i++) {
            int block = i;
            readers.add(
                spawn(
                    () -> {
                      MemorySegment target =
                          block % 2 == 0
                              ? Arena.ofAuto().allocate(BLOCK)
                              : MemorySegment.ofArray(new byte[BLOCK]);
                      for (int round = 0; round < rounds; round++) {
                        target.fill((byte) -1);
                        assertThat(file.read(target, 0, BLOCK, (long) block * BLOCK))
                            .isEqualTo(BLOCK);
                        assertBlock(target, block);
                      }
                      return null;
                    }));
          }
          for (Greenlet<?> each : readers) {
            each.get();
          }

          // then: a system call for each round, and not one for each read, or none
          assertThat(engine().ownCalls() - before).isBetween((long) rounds, 4L * rounds);
          file.close();
        });
  }

  @Test
  void whoIsAloneReadsAtOnce() throws Exception {
    run(
        () -> {
          UringFileHandle file = open(path);
          long before = engine().ownCalls();
          MemorySegment target = Arena.ofAuto().allocate(BLOCK);
          for (int block = 0; block < BLOCKS; block++) {
            assertThat(file.read(target, 0, BLOCK, (long) block * BLOCK)).isEqualTo(BLOCK);
            assertBlock(target, block);
          }
          assertThat(engine().ownCalls() - before).isZero();
          file.close();
        });
  }

  @Test
  void whoseCompanyDoesNotReadSoonReadsAtOnce() throws Exception {
    run(
        () -> {
          // given: somebody who is always ready
          UringFileHandle file = open(path);
          Greenlet<?> busy =
              spawn(
                  () -> {
                    while (true) {
                      Loomlet.yield();
                    }
                  });
          Loomlet.yield();
          long before = engine().ownCalls();

          // when
          int reads = 2000;
          MemorySegment target = Arena.ofAuto().allocate(BLOCK);
          for (int i = 0; i < reads; i++) {
            assertThat(file.read(target, 0, BLOCK, 0)).isEqualTo(BLOCK);
          }

          // then
          assertThat(engine().ownCalls() - before).isLessThan(reads / 10);
          busy.kill();
          file.close();
        });
  }

  @Test
  void theMemoryCannotBeFreedMeanwhile() throws Exception {
    run(
        () -> {
          // given
          UringFileHandle file = open(path);
          Arena arena = Arena.ofShared();
          MemorySegment target = arena.allocate(BLOCK);
          Greenlet<Integer> reader = spawn(() -> file.read(target, 0, BLOCK, 3 * BLOCK));

          // when: it has begun, and cannot have ended
          Loomlet.yield();

          // then
          assertThat(reader.isDone()).isFalse();
          assertThatThrownBy(arena::close).isInstanceOf(IllegalStateException.class);
          assertThat(reader.get()).isEqualTo(BLOCK);
          assertBlock(target, 3);
          arena.close();
          file.close();
        });
  }

  @Test
  void aGreenletThatIsKilledMeanwhileHasRead() throws Exception {
    run(
        () -> {
          UringFileHandle file = open(path);
          int[] result = new int[1];
          Greenlet<?> reader =
              spawn(
                  () -> {
                    try (Arena arena = Arena.ofConfined()) {
                      MemorySegment target = arena.allocate(BLOCK);
                      result[0] = file.read(target, 0, BLOCK, 5 * BLOCK);
                      assertBlock(target, 5);
                      Loomlet.yield();
                      throw new AssertionError("the cancellation was lost");
                    }
                  });
          Loomlet.yield();
          reader.kill();
          assertThat(reader.isCancelled()).isTrue();
          assertThat(result[0]).isEqualTo(BLOCK);
          file.close();
        });
  }

  @Test
  void whoeverClosesTheFileLetsReadsThatHaveBegunEndFirst() throws Exception {
    Path other = write("other", 100);
    run(
        () -> {
          // given: a helper thread that is at work with the descriptor, and a read that has begun
          UringFileHandle file = open(path);
          file.enter();
          MemorySegment target = Arena.ofAuto().allocate(BLOCK);
          Greenlet<Integer> reader = spawn(() -> file.read(target, 0, BLOCK, 7 * BLOCK));
          Loomlet.yield();
          assertThat(reader.isDone()).isFalse();

          // when: the file is closed, the helper thread frees it, and another file gets its number
          file.close();
          Thread helper = Thread.ofPlatform().start(file::leave);
          while (helper.isAlive()) {
            // To wait as greenlets do would let the loop go on.
            Thread.onSpinWait();
          }
          UringFileHandle next = open(other);

          // then
          assertThat(next.fd).isEqualTo(file.fd);
          assertThat(reader.get()).isEqualTo(BLOCK);
          assertBlock(target, 7);
          next.close();
        });
  }
}
