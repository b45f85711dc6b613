package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.loomlet.AsyncResult;
import dev.loomlet.Loop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a platform thread without a loop gets where it takes one. */
@Timeout(60)
class LoopOfAThreadTest {
  private static final Duration SOON = Duration.ofMillis(1);

  private static <T extends @Nullable Object> T onThread(Callable<T> code) throws Exception {
    FutureTask<T> task = new FutureTask<>(code);
    Thread.ofPlatform().daemon().name("plain").start(task);
    return task.get();
  }

  private static String read(JavaProcess process) throws Exception {
    StringBuilder text = new StringBuilder();
    byte[] bytes = new byte[2];
    while (text.length() < 2) {
      int count = process.output().read(bytes);
      assertThat(count).isPositive();
      text.append(new String(bytes, 0, count, StandardCharsets.US_ASCII));
    }
    return text.toString();
  }

  @Test
  void awaitingSeveralThingsOpensALoopThatTheThreadKeeps() throws Exception {
    onThread(
        () -> {
          try (SharedQueue queue = SharedQueue.create(1, 1)) {
            // when: there is nothing to wait for
            assertThat(Waitable.awaitAny(Duration.ZERO, queue)).isEmpty();
            // then
            assertThat(Loop.currentOrNull()).isNull();

            // when
            Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
            assertThat(Waitable.awaitAny(SOON, queue)).isEmpty();
            // then: nothing that would hold up the end of the JVM
            Loop loop = Loop.currentOrNull();
            assertThat(loop).isNotNull();
            Set<Thread> after = new HashSet<>(Thread.getAllStackTraces().keySet());
            after.removeAll(before);
            assertThat(after).allMatch(Thread::isDaemon);

            // when / then: the next one takes the same
            assertThat(Waitable.awaitAny(SOON, queue)).isEmpty();
            assertThat(Loop.currentOrNull()).isSameAs(loop);
            return null;
          }
        });
  }

  @Test
  void whoStartsAProcessReadsItsPipe() throws Exception {
    String text =
        onThread(
            () -> {
              ProcessOptions options =
                  ProcessOptions.defaults().withOutput(ProcessOptions.Stream.PIPE);
              try (JavaProcess process = JavaProcess.start(options, () -> System.out.print("hi"))) {
                return read(process);
              }
            });
    assertThat(text).isEqualTo("hi");
  }

  @Test
  void othersReadThePipeOnlyWhileWhoStartedTheProcessWaitsOnItsLoop() throws Exception {
    ProcessOptions options = ProcessOptions.defaults().withOutput(ProcessOptions.Stream.PIPE);
    CompletableFuture<JavaProcess> started = new CompletableFuture<>();
    CompletableFuture<Boolean> toWait = new CompletableFuture<>();
    AsyncResult<Boolean> over = new AsyncResult<>();
    FutureTask<@Nullable Void> owner =
        new FutureTask<>(
            () -> {
              try (JavaProcess process = JavaProcess.start(options, () -> System.out.print("hi"))) {
                started.complete(process);
                toWait.join();
                over.join();
              }
              return null;
            });
    Thread.ofPlatform().daemon().name("owner").start(owner);

    // given: it does something else
    JavaProcess process = started.join();
    // when / then
    assertThatThrownBy(() -> read(process))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("thread owner is doing something else");

    // given: it waits
    toWait.complete(true);
    await().until(process.output().loop()::isRunning);
    // when / then
    assertThat(onThread(() -> read(process))).isEqualTo("hi");
    over.set(true);
    owner.get();
  }
}
