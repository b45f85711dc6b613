package dev.loomlet;

import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.loomlet.queue.FifoQueue;
import dev.loomlet.sync.Event;
import dev.loomlet.sync.Semaphore;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Code of a user that runs on the loop's thread, but in no greenlet: the dependents of a {@code
 * CompletableFuture} that ends as a greenlet does which another thread kills before its start. It
 * cannot wait there; to have tried must leave nothing behind.
 */
@org.junit.jupiter.api.Timeout(60)
final class CallbackOnLoopTest {

  /** Runs it between two greenlets of a loop. */
  private static CompletableFuture<Thread> betweenGreenlets(Loop loop, Action code) {
    Greenlet<String> neverStarted = new Greenlet<>(loop, null, false, () -> "");
    CompletableFuture<Thread> ran =
        neverStarted
            .toCompletableFuture()
            .handle(
                (_, _) -> {
                  try {
                    code.run();
                    return Thread.currentThread();
                  } catch (Exception e) {
                    throw new CompletionException(e);
                  }
                });
    Thread.ofPlatform().start(() -> neverStarted.cancel(true));
    return ran;
  }

  private static void isRefused(Action code) {
    AsyncResult<Thread> attempt = AsyncResult.of(betweenGreenlets(Loop.current(), code));
    assertThat(catchThrowable(attempt::get))
        .cause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("is running already", "must not wait");
  }

  @OnEveryEngine
  void runsOnTheLoopsThreadInNoGreenlet(TestLoop loop) throws Exception {
    Thread owner = Thread.currentThread();
    loop.run(
        () ->
            assertThat(AsyncResult.of(betweenGreenlets(Loop.current(), () -> {})).get())
                .isSameAs(owner));
  }

  @OnEveryEngine
  void aPermitGoesToTheNextWhoWaits(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Semaphore semaphore = new Semaphore(0);

          // when
          isRefused(semaphore::acquire);
          isRefused(() -> semaphore.tryAcquire(Duration.ofDays(1)));

          // then
          assertThat(semaphore.waiting()).isZero();
          Greenlet<?> next = spawn(() -> semaphore.acquire());
          Loomlet.yield();
          semaphore.release();
          next.get();
          assertThat(semaphore.availablePermits()).isZero();
        });
  }

  @OnEveryEngine
  void anElementGoesToTheNextWhoWaits(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          BlockingQueue<String> queue = new FifoQueue<>(1);

          // when: it can neither take from the empty queue nor put into the full one
          isRefused(queue::take);
          queue.put("first");
          isRefused(() -> queue.put("refused"));

          // then
          assertThat(queue.take()).isEqualTo("first");
          Greenlet<String> next = spawn(queue::take);
          Loomlet.yield();
          queue.put("second");
          assertThat(next.get()).isEqualTo("second");
          assertThat(queue).isEmpty();
        });
  }

  @OnEveryEngine
  void anAwaitableForgetsIt(TestLoop loop) throws Exception {
    Exception error = new Exception("nobody waits for it");
    loop.run(
        () -> {
          // given
          Event go = new Event();
          Greenlet<?> failing =
              spawn(
                  () -> {
                    go.await();
                    throw error;
                  });

          // when
          isRefused(failing::get);

          // then
          assertThat(failing.listenerCount()).isZero();
          go.set();
          failing.join();
        });
    assertThat(loop.uncaught()).containsExactly(error);
  }

  @Test
  void aHubStillWaitsForTheSame() throws Exception {
    // given
    Event over = new Event();
    CompletableFuture<Loop> made = new CompletableFuture<>();
    Thread hub =
        Thread.ofPlatform()
            .start(
                () -> {
                  made.complete(Loop.current());
                  over.await();
                });
    Loop loop = made.get();
    CompletableFuture<Object> before = new CompletableFuture<>();
    CompletableFuture<Object> after = new CompletableFuture<>();

    // when
    CompletableFuture<Thread> attempt =
        betweenGreenlets(
            loop,
            () -> {
              before.complete(LockSupport.getBlocker(hub));
              Throwable refused = catchThrowable(() -> new Semaphore(0).acquire());
              assertThat(refused).isInstanceOf(IllegalStateException.class);
              after.complete(LockSupport.getBlocker(hub));
            });

    // then: who looks for deadlocks and stalled loops still finds it
    assertThat(attempt.get()).isSameAs(hub);
    assertThat(before.get()).isNotNull();
    assertThat(after.get()).isSameAs(before.get());
    assertThat(loop.core().canGiveUp()).isTrue();
    over.set();
    hub.join();
  }
}
