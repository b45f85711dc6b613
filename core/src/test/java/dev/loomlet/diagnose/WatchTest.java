package dev.loomlet.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Action;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopOptions;
import dev.loomlet.sync.Mutex;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WatchTest {
  private final BlockingQueue<Deadlock> deadlocks = new LinkedBlockingQueue<>();
  private final BlockingQueue<Hog> hogs = new LinkedBlockingQueue<>();
  private final BlockingQueue<Deserted> deserted = new LinkedBlockingQueue<>();

  private Watch start(Duration hogLimit) {
    return Watch.start(new WatchOptions(hogLimit, deadlocks::add, hogs::add, deserted::add, false));
  }

  @Test
  void eachDeadlockIsReportedOnce() throws Exception {
    try (Watch _ = start(Duration.ZERO)) {
      TestLoop.standard()
          .run(
              () -> {
                // when
                Ring first = Ring.start(Ring.Kind.MUTEX, Ring.Kind.MONITOR);
                Deadlock reported = deadlocks.take();
                Ring second = Ring.start(Ring.Kind.RLOCK, Ring.Kind.RLOCK, Ring.Kind.RLOCK);
                Deadlock next = deadlocks.take();

                // then
                assertThat(reported.parties()).hasSize(2);
                assertThat(next.parties()).hasSize(3);
                assertThat(deadlocks.poll(600, TimeUnit.MILLISECONDS)).isNull();
                first.breakUp();
                second.breakUp();
              });
    }
  }

  @Test
  void aThreadWhoseLoopRunsOnlyWhileItWaitsIsAPartyToo() throws Exception {
    // given: a platform thread that keeps what its own greenlet wants, and waits for that
    Mutex mutex = new Mutex();
    CountDownLatch over = new CountDownLatch(1);
    CompletableFuture<Loop> loop = new CompletableFuture<>();
    Thread owner =
        Thread.ofPlatform()
            .name("owner")
            .start(
                () -> {
                  loop.complete(Loop.current());
                  mutex.lock();
                  Greenlet<?> wanting = Loomlet.spawn("wanting", mutex::lock);
                  try {
                    wanting.join();
                  } catch (dev.loomlet.Cancelled e) {
                    over.countDown();
                  }
                });

    try (Watch _ = start(Duration.ZERO)) {
      // when
      Deadlock deadlock = deadlocks.take();

      // then
      assertThat(deadlock.parties())
          .extracting(party -> party.thread().getName())
          .containsExactlyInAnyOrder("owner", "wanting");
    }
    // Its loop sleeps in the engine, where an interrupt does not reach it; something must wake it.
    owner.interrupt();
    loop.join().execute(() -> {});
    assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();
  }

  private static void hog(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  @OnEveryEngine
  void aHogIsNamedOnceWithItsStack(TestLoop loop) throws Exception {
    try (Watch _ = start(Duration.ofMillis(100))) {
      LoopOptions options = loop.options().withName("crowded");
      Loomlet.run(
          options,
          () -> {
            // when: as long as that takes on a busy machine, and longer
            Loomlet.spawn(
                    "glutton",
                    () -> {
                      long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
                      while (hogs.isEmpty() && System.nanoTime() - end < 0) {
                        Thread.onSpinWait();
                      }
                      hog(Duration.ofMillis(300));
                    })
                .join();

            // then
            assertThat(hogs).hasSize(1);
            Hog hog = hogs.take();
            assertThat(hog.name()).isEqualTo("greenlet \"glutton\"");
            assertThat(hog.loop()).isEqualTo("crowded");
            assertThat(hog.time()).isGreaterThanOrEqualTo(Duration.ofMillis(100));
            assertThat(hog.stack())
                .anyMatch(frame -> frame.getMethodName().contains("aHogIsNamedOnce"));
            assertThat(hog.toString())
                .startsWith("greenlet \"glutton\" has kept crowded for more than ")
                .contains("WatchTest.");
          });
    }
  }

  private static CountDownLatch found = new CountDownLatch(1);

  private static void awaitFound() {
    try {
      found.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits in its static initialiser. */
  private static final class WaitsWhenInitialised {
    static final long VALUE = waitFirst();

    private static long waitFirst() {
      awaitFound();
      return 1;
    }
  }

  /** Waits when the JVM asks it for a class. */
  private static final class WaitingLoader extends ClassLoader {
    @Override
    public Class<?> loadClass(String name) throws ClassNotFoundException {
      awaitFound();
      throw new ClassNotFoundException(name);
    }
  }

  private Hog hogOf(Action body) throws Exception {
    found = new CountDownLatch(1);
    try (Watch _ = start(Duration.ofMillis(100))) {
      CompletableFuture<Hog> first = new CompletableFuture<>();
      Thread.ofPlatform().start(() -> takeHog(first));
      TestLoop.standard().run(() -> Loomlet.spawn("pinned", body).join());
      return first.get();
    }
  }

  private void takeHog(CompletableFuture<Hog> first) {
    try {
      first.complete(hogs.take());
    } catch (InterruptedException e) {
      first.completeExceptionally(e);
    } finally {
      found.countDown();
    }
  }

  @Test
  void whoWaitsInAStaticInitialiserIsReportedByItsName() throws Exception {
    Hog hog = hogOf(() -> assertThat(WaitsWhenInitialised.VALUE).isEqualTo(1));

    assertThat(hog.pin())
        .isEqualTo("inside the static initialiser of " + WaitsWhenInitialised.class.getName());
    assertThat(hog.toString())
        .contains(
            "greenlet \"pinned\" has kept ",
            " ms: it waits inside the static initialiser of dev.loomlet.diagnose.WatchTest$",
            ", where it cannot leave the loop's thread; meanwhile none");
  }

  @Test
  void whoWaitsBelowANativeMethodIsReportedByItsName() throws Exception {
    Hog hog =
        hogOf(
            () ->
                assertThatThrownBy(() -> Class.forName("none", true, new WaitingLoader()))
                    .isInstanceOf(ClassNotFoundException.class));

    assertThat(hog.toString()).contains("it waits below the native method java.lang.Class.forName");
  }

  @Tag("alone")
  @Test
  void whoIsAloneOrWaitsInTimeIsNoHog() throws Exception {
    try (Watch _ = start(Duration.ofMillis(200))) {
      TestLoop.standard()
          .run(
              () -> {
                // when
                hog(Duration.ofMillis(450));
                Loomlet.spawn(
                        () -> {
                          for (int i = 0; i < 40; i++) {
                            hog(Duration.ofMillis(10));
                            Loomlet.yield();
                          }
                        })
                    .join();
                Loomlet.spawn(() -> Loomlet.sleep(350)).join();

                // then
                assertThat(hogs).isEmpty();
              });
    }
  }

  @Test
  void aPrintingWatchPrintsAReportForPeople() throws Exception {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (Watch _ = Watch.start(WatchOptions.printing(new PrintStream(text, true)))) {
      TestLoop.standard()
          .run(
              () -> {
                // when
                Ring ring = Ring.start(Ring.Kind.MUTEX, Ring.Kind.MUTEX);
                while (text.size() == 0) {
                  Loomlet.sleep(10);
                }
                ring.breakUp();

                // then
                List<String> lines = text.toString().lines().toList();
                assertThat(lines.getFirst()).isEqualTo("loomlet: deadlock of 2:");
                assertThat(lines)
                    .anyMatch(line -> line.matches("  greenlet \"member-0\" of .*"))
                    .anyMatch(line -> line.matches("    holds Mutex.*"))
                    .anyMatch(
                        line ->
                            line.matches(
                                "    waits for Mutex.*, which greenlet \"member-1\".* holds"))
                    .anyMatch(line -> line.matches("      at .*Ring.*"));
              });
    }
  }
}
