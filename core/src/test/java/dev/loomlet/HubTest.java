package dev.loomlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.net.TcpListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Loomlet's operations do on platform threads that run no loop. */
@Timeout(60)
final class HubTest {

  /** On a thread of its own, so that the hub dies with it. */
  private static void onThread(Action body) throws Exception {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              body.run();
              return null;
            });
    Thread.ofPlatform().start(task);
    try {
      task.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  @Test
  void runsAPlainThreadsGreenletsWhileItWaits() throws Exception {
    onThread(
        () -> {
          // given
          Greenlet<Integer> first =
              Loomlet.spawn(
                  () -> {
                    Loomlet.sleep(20);
                    return 1;
                  });
          Greenlet<Integer> second = Loomlet.spawn(() -> first.get() + 1);

          // when / then
          assertThat(first.isDone()).isFalse();
          assertThat(second.get()).isEqualTo(2);
          assertThat(first.isDone()).isTrue();
        });
  }

  @Test
  void goesOnWithItsGreenletsWhileItSleeps() throws Exception {
    onThread(
        () -> {
          Greenlet<Boolean> greenlet = Loomlet.spawn(() -> true);
          Loomlet.sleep(20);
          assertThat(greenlet.isDone()).isTrue();
        });
  }

  @Test
  void givesUpAfterATimeOutAndStillWorksAfterwards() throws Exception {
    onThread(
        () -> {
          Greenlet<?> endless = Loomlet.spawn(() -> Loomlet.sleep(Duration.ofDays(1)));
          assertThat(endless.join(Duration.ofMillis(20))).isFalse();
          assertThat(Loomlet.spawn(() -> 5).get()).isEqualTo(5);
        });
  }

  @Test
  void runsItsOwnGreenletsWhileItWaitsForAnotherLoops() throws Exception {
    onThread(
        () -> {
          try (LoopGroup group = LoopGroup.start(1)) {
            // given: the other loop's greenlet waits for one of ours
            CompletableFuture<String> ours = new CompletableFuture<>();
            Greenlet<String> theirs = group.spawn(() -> ours.get());
            Loomlet.spawn(
                () -> {
                  Loomlet.sleep(10);
                  ours.complete("done");
                });

            // when / then
            assertThat(theirs.get()).isEqualTo("done");
          }
        });
  }

  @Test
  void keepsHubsOfThreadsApart() throws Exception {
    onThread(
        () -> {
          Loop mine = Loop.current();
          CompletableFuture<Loop> other = new CompletableFuture<>();
          onThread(() -> other.complete(Loop.current()));
          assertThat(other.get()).isNotSameAs(mine);
          assertThat(Loop.current()).isSameAs(mine);
        });
  }

  @Test
  void saysWhyAJdkVirtualThreadCannotCarryALoop() throws Exception {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              assertThatThrownBy(() -> Loomlet.spawn(() -> 1))
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("virtual thread");
              return null;
            });
    Thread.ofVirtual().start(task);
    task.get();
  }

  @Test
  void letsAJdkVirtualThreadWaitForAGreenletOfALoop() throws Exception {
    try (LoopGroup group = LoopGroup.start(1)) {
      FutureTask<Integer> task =
          new FutureTask<>(() -> group.loop(0).call(() -> 6) + group.spawn(() -> 1).get());
      Thread.ofVirtual().start(task);
      assertThat(task.get()).isEqualTo(7);
    }
  }

  @Test
  void refusesToCallALoopThatItsThreadDoesNotRun() throws Exception {
    onThread(
        () -> {
          Loop idle = Loop.current();
          onThread(
              () ->
                  assertThatThrownBy(() -> idle.call(() -> 1))
                      .isInstanceOf(IllegalStateException.class)
                      .hasMessageContaining("not running"));
        });
  }

  @Test
  void givesItsDescriptorsBackAfterItsThreadHasDied() throws Exception {
    Path descriptors = Path.of("/proc/self/fd");
    Assumptions.assumeTrue(Files.isDirectory(descriptors), "needs /proc");
    // given
    int before = count(descriptors);

    // when: threads die and leave hubs with waiting greenlets behind
    for (int i = 0; i < 50; i++) {
      onThread(
          () -> {
            Loomlet.spawn(() -> TcpListener.bind("127.0.0.1", 0).accept());
            Loomlet.sleep(1);
          });
    }

    // then: at most the sockets are left, which nobody closed
    Awaitility.await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(count(descriptors)).isLessThanOrEqualTo(before + 2 * 50 + 10);
            });
  }

  private static int count(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return (int) entries.count();
    }
  }

  @Test
  void isInterruptedWhileItsLoopIsIdle() throws Exception {
    onThread(
        () -> {
          // given
          Loop.current();
          interruptWhenWaiting(Thread.currentThread());

          // when / then
          assertThatThrownBy(() -> new AsyncResult<String>().join()).isInstanceOf(Cancelled.class);
        });
  }

  @Test
  void isInterruptedWhileItRunsItsGreenlets() throws Exception {
    onThread(
        () -> {
          // given: the interrupt comes while a greenlet is mounted, most likely
          Greenlet<?> busy =
              Loomlet.spawn(
                  () -> {
                    while (true) {
                      Loomlet.yield();
                    }
                  });
          interruptWhenWaiting(Thread.currentThread());

          // when / then
          assertThatThrownBy(() -> new AsyncResult<String>().join()).isInstanceOf(Cancelled.class);
          busy.kill();
        });
  }

  /** After the thread has begun to run its loop. */
  private static void interruptWhenWaiting(Thread waiting) {
    Loop loop = Loop.current();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              Awaitility.await().until(loop::isRunning);
              Awaitility.await().pollDelay(Duration.ofMillis(50)).until(loop::isRunning);
              waiting.interrupt();
            });
  }
}
