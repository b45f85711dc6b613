package dev.loomlet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ProcessSampleTest {
  private static final long MIB = 1024 * 1024;

  @BeforeEach
  void onlyWhereTheSystemTells() {
    assumeThat(Files.exists(Path.of("/proc/self/stat"))).isTrue();
  }

  private static ProcessSample own() {
    return ProcessSample.of(ProcessHandle.current().pid()).orElseThrow();
  }

  private static void work(Duration time) {
    Thread self = Thread.currentThread();
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end && !self.isInterrupted()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void ownProcessIsPlausible() {
    ProcessSample sample = own();

    assertThat(sample.residentBytes()).isBetween(10 * MIB, 16 * 1024 * MIB);
    assertThat(sample.threads()).isBetween(2, 1000);
    assertThat(sample.cpuNanos()).isBetween(1_000_000L, 3_600_000_000_000L);
    assertThat(sample.contextSwitches()).isPositive();
  }

  @Test
  void workShows() {
    ProcessSample before = own();

    work(Duration.ofMillis(300));

    ProcessSample used = own().minus(before);
    assertThat(used.cpuNanos()).isGreaterThan(20_000_000);
    assertThat(used.contextSwitches()).isNotNegative();
    assertThat(used.residentBytes()).isPositive();
  }

  @Test
  void timeOfAThreadThatHasEndedIsNotLost() throws Exception {
    ProcessSample before = own();
    Thread worker = new Thread(() -> work(Duration.ofMillis(400)));

    worker.start();
    worker.join();

    assertThat(own().minus(before).cpuNanos()).isGreaterThan(0);
  }

  @Test
  void threadsAreCounted() throws Exception {
    int before = own().threads();
    CountDownLatch over = new CountDownLatch(1);
    Thread[] extra = new Thread[10];
    for (int i = 0; i < extra.length; i++) {
      extra[i] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      over.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
    }

    int now = own().threads();
    over.countDown();
    for (Thread each : extra) {
      each.join();
    }

    // The JVM starts and ends compiler threads as it likes.
    assertThat(now).isBetween(before + 5, before + 15);
  }

  @Test
  void aProcessThatIsNotThereIsEmpty() {
    assertThat(ProcessSample.of(Integer.MAX_VALUE)).isEmpty();
  }
}
