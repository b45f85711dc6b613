package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.loomlet.Cancelled;
import dev.loomlet.Loomlet;
import dev.loomlet.process.OnEveryEngine.TestLoop;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SharedLockTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int STOPPED = Integer.getInteger("loomlet.stopped", 2);

  @TempDir Path folder;

  /** Adds one, in a way that loses additions unless callers exclude each other. */
  private static void increment(SharedMemory memory) {
    int value = memory.segment().get(ValueLayout.JAVA_INT, 0);
    Thread.onSpinWait();
    memory.segment().set(ValueLayout.JAVA_INT, 0, value + 1);
  }

  private static void incrementOften(SharedLock lock, SharedMemory memory, int times) {
    for (int i = 0; i < times; i++) {
      lock.lock();
      try {
        increment(memory);
      } finally {
        lock.unlock();
      }
    }
  }

  @OnTwoEngines
  void excludesOtherProcessesAndOtherGreenlets(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedLock lock = SharedLock.create();
              SharedMemory memory = SharedMemory.create(64)) {
            int times = 20_000;
            try (JavaProcess other = JavaProcess.start(() -> incrementOften(lock, memory, times))) {
              var one = Loomlet.spawn(() -> incrementOften(lock, memory, times));
              var two = Loomlet.spawn(() -> incrementOften(lock, memory, times));
              one.get();
              two.get();
              other.join();
              assertThat(other.exitCode()).hasValue(0);
            }
            assertThat(memory.segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(3 * times);
          }
        });
  }

  /** A child that takes the lock, says so by a file, and never lets go. */
  private static JavaProcess holder(SharedLock lock, Path file) throws IOException {
    String name = file.toString();
    JavaProcess process =
        JavaProcess.start(
            () -> {
              lock.lock();
              Files.writeString(Path.of(name), "");
              new CountDownLatch(1).await();
            });
    await().atMost(LONG).until(() -> Files.exists(file));
    return process;
  }

  @OnEveryEngine
  void tellsTheWaiterThatTheOwnerDied(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedLock lock = SharedLock.create();
              JavaProcess holder = holder(lock, folder.resolve(loop.engine()))) {
            // given
            var waiter =
                Loomlet.spawn(
                    () -> {
                      assertThatThrownBy(lock::lock)
                          .isInstanceOf(OwnerDiedException.class)
                          .hasMessageContaining("process " + holder.pid());
                      lock.makeConsistent();
                      lock.unlock();
                    });
            Loomlet.yield();
            assertThat(waiter.isDone()).isFalse();

            // when
            holder.kill();

            // then
            waiter.get();
            assertThat(lock.tryLock()).isTrue();
            lock.unlock();
          }
        });
  }

  @Test
  void staysInconsistentUntilSomebodySaysOtherwise() throws Exception {
    try (SharedLock lock = SharedLock.create();
        JavaProcess holder = holder(lock, folder.resolve("held"))) {
      holder.close();
      assertThatThrownBy(lock::lock).isInstanceOf(OwnerDiedException.class);
      lock.unlock();
      assertThatThrownBy(lock::lock).isInstanceOf(OwnerDiedException.class);
      lock.makeConsistent();
      lock.unlock();
      lock.lock();
      lock.unlock();
    }
  }

  /** {@code loomlet.stopped} says for how many seconds it is. */
  @Test
  void anOwnerThatIsMerelyStoppedKeepsTheLock() throws Exception {
    try (SharedLock lock = SharedLock.create();
        JavaProcess holder = holder(lock, folder.resolve("held"))) {
      new ProcessBuilder("kill", "-STOP", Long.toString(holder.pid())).start().waitFor();
      assertThat(lock.tryLock(Duration.ofSeconds(STOPPED))).isFalse();
      assertThat(lock.tryLock()).isFalse();
    }
  }

  @Test
  void whoTriesAgainAndAgainSeesThatTheOwnerDied() throws Exception {
    try (SharedLock lock = SharedLock.create();
        JavaProcess holder = holder(lock, folder.resolve("held"))) {
      // given: it was seen alive a moment ago
      for (int i = 0; i < 1_000; i++) {
        assertThat(lock.tryLock()).isFalse();
      }

      // when
      holder.kill();

      // then
      await()
          .pollInSameThread()
          .atMost(LONG)
          .until(() -> Assertions.catchThrowable(lock::tryLock) instanceof OwnerDiedException);
      lock.makeConsistent();
      lock.unlock();
    }
  }

  @Test
  void aPidThatWasGivenAgainIsNotTakenForTheOwner() {
    long own = ProcessIdentity.own();
    assertThat(ProcessIdentity.isAlive(own)).isTrue();
    assertThat(ProcessIdentity.pidOf(own)).isEqualTo(ProcessHandle.current().pid());
    // The same pid, started a tick earlier.
    assertThat(ProcessIdentity.isAlive(own - 2)).isFalse();
  }

  @OnTwoEngines
  void aCancelledWaiterDoesNotHaveTheLock(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedLock lock = SharedLock.create();
              JavaProcess holder = holder(lock, folder.resolve(loop.engine()))) {
            AtomicBoolean cancelled = new AtomicBoolean();
            var waiter =
                Loomlet.spawn(
                    () -> {
                      try {
                        lock.lock();
                      } catch (Cancelled e) {
                        cancelled.set(true);
                        throw e;
                      }
                    });
            Loomlet.sleep(20);
            waiter.kill();
            assertThat(cancelled).isTrue();
            holder.close();
            assertThatThrownBy(lock::lock).isInstanceOf(OwnerDiedException.class);
            lock.unlock();
          }
        });
  }

  @Test
  void refusesToBeUnlockedByWhoDoesNotHoldIt() throws Exception {
    try (SharedLock lock = SharedLock.create()) {
      assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
    }
  }

  @Test
  void sharedMemoryIsPrivateAndGoesWithItsCreator() throws Exception {
    // given
    try (SharedMemory memory = SharedMemory.create(100)) {
      Path file = Path.of("/dev/shm", memory.toString().split("[\\[,]")[1]);
      assertThat(Files.getPosixFilePermissions(file)).hasToString("[OWNER_READ, OWNER_WRITE]");
      memory.close();
      assertThat(file).doesNotExist();
    }
    assertThatThrownBy(() -> SharedMemory.create(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatAKilledCreatorLeavesIsRemovedByTheNext() throws Exception {
    // given
    Path told = folder.resolve("told");
    String name = told.toString();
    try (JavaProcess creator =
        JavaProcess.start(
            () -> {
              SharedMemory memory = SharedMemory.create(100);
              Files.writeString(Path.of(name + ".new"), memory.toString());
              Files.move(Path.of(name + ".new"), Path.of(name));
              new CountDownLatch(1).await();
            })) {
      await().atMost(LONG).until(() -> Files.exists(told));
    }
    Path left = Path.of("/dev/shm", Files.readString(told).split("[\\[,]")[1]);
    assertThat(left).exists();

    // when
    try (JavaProcess next = JavaProcess.start(() -> SharedMemory.create(100))) {
      next.join();
    }

    // then
    assertThat(left).doesNotExist();
  }
}
