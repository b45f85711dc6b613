package dev.loomlet.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Action;
import dev.loomlet.CancelScope;
import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who waits at a queue, and how that ends. */
@Timeout(60)
final class QueueWaitingTest {
  private static final Duration SHORT = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofSeconds(30);

  private static final List<IntFunction<WaitingQueue<Integer>>> KINDS =
      List.of(FifoQueue::new, LifoQueue::new, PriorityQueue::new, JoinableQueue::new);

  private interface WithQueue {
    void accept(WaitingQueue<Integer> queue) throws Exception;
  }

  /** Each kind, with room for one. */
  private static void onEachKind(TestLoop loop, WithQueue body) throws Exception {
    for (IntFunction<WaitingQueue<Integer>> kind : KINDS) {
      loop.run(() -> body.accept(kind.apply(1)));
    }
    assertThat(loop.uncaught()).isEmpty();
  }

  private static List<Greenlet<Integer>> takers(WaitingQueue<Integer> queue, int count) {
    List<Greenlet<Integer>> takers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      takers.add(Loomlet.spawn(queue::take));
      Loomlet.yield();
    }
    return takers;
  }

  @OnEveryEngine
  void handsElementsToThoseWhoWaitInTheOrderInWhichTheyCame(TestLoop loop) throws Exception {
    onEachKind(
        loop,
        queue -> {
          // given
          List<Greenlet<Integer>> takers = takers(queue, 3);
          // when: three, though there is room for one
          for (int i = 0; i < 3; i++) {
            assertThat(queue.offer(i)).isTrue();
          }
          // then
          assertThat(queue.isEmpty()).isTrue();
          for (int i = 0; i < 3; i++) {
            assertThat(takers.get(i).get()).isEqualTo(i);
          }
        });
  }

  @OnEveryEngine
  void letsThoseInWhoWaitForRoomInTheOrderInWhichTheyCame(TestLoop loop) throws Exception {
    onEachKind(
        loop,
        queue -> {
          // given
          queue.put(0);
          List<Integer> done = new ArrayList<>();
          for (int i = 1; i <= 3; i++) {
            int element = i;
            Loomlet.spawn(
                () -> {
                  queue.put(element);
                  done.add(element);
                });
            Loomlet.yield();
          }
          // when / then
          List<Integer> taken = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            taken.add(queue.take());
            Loomlet.yield();
            assertThat(done)
                .isEqualTo(IntStream.rangeClosed(1, Math.min(i + 1, 3)).boxed().toList());
          }
          assertThat(taken).containsExactly(0, 1, 2, 3);
        });
  }

  @OnEveryEngine
  void letsNobodyPassThoseWhoWaitForRoom(TestLoop loop) throws Exception {
    onEachKind(
        loop,
        queue -> {
          queue.put(0);
          Greenlet<?> putter = Loomlet.spawn(() -> queue.put(1));
          Loomlet.yield();
          assertThat(queue.take()).isZero();
          assertThat(queue.offer(2)).isFalse();
          assertThat(queue.take()).isEqualTo(1);
          putter.get();
        });
  }

  @OnEveryEngine
  void letsPuttersInWhenRoomIsMadeInOtherWays(TestLoop loop) throws Exception {
    onEachKind(
        loop,
        queue -> {
          List<WithQueue> ways =
              List.of(
                  q -> q.clear(),
                  q -> assertThat(q.remove(0)).isTrue(),
                  q -> assertThat(q.removeIf(each -> each == 0)).isTrue(),
                  q -> assertThat(q.drainTo(new ArrayList<>(), 1)).isEqualTo(1));
          for (WithQueue way : ways) {
            queue.put(0);
            Greenlet<?> putter = Loomlet.spawn(() -> queue.put(1));
            Loomlet.yield();
            assertThat(putter.isDone()).isFalse();
            way.accept(queue);
            assertThat(putter.join(LONG)).isTrue();
            assertThat(queue.take()).isEqualTo(1);
          }
        });
  }

  @OnEveryEngine
  void drainsAlsoWhatThoseHaveWhoWaitForRoom(TestLoop loop) throws Exception {
    onEachKind(
        loop,
        queue -> {
          // given
          queue.put(0);
          List<Greenlet<?>> putters = new ArrayList<>();
          for (int i = 1; i < 4; i++) {
            int element = i;
            putters.add(Loomlet.spawn(() -> queue.put(element)));
            Loomlet.yield();
          }
          // when
          List<Integer> all = new ArrayList<>();
          queue.drainTo(all);
          // then
          assertThat(all).containsExactly(0, 1, 2, 3);
          Loomlet.joinAll(putters);
        });
  }

  @OnEveryEngine
  void givesUpAfterATimeOutAndLeavesNothingBehind(TestLoop loop) throws Exception {
    onEachKind(
        loop,
        queue -> {
          assertThat(queue.poll(SHORT)).isNull();
          assertThat(queue.poll(5, TimeUnit.MILLISECONDS)).isNull();
          assertThat(queue.poll(Duration.ZERO)).isNull();
          queue.put(1);
          assertThat(queue.offer(2, SHORT)).isFalse();
          assertThat(queue.offer(2, 5, TimeUnit.MILLISECONDS)).isFalse();
          assertThat(queue.offer(2, Duration.ofSeconds(-1))).isFalse();
          assertThat(queue).containsExactly(1);
          assertThat(queue.exchange.putters.isEmpty()).isTrue();
          assertThat(queue.exchange.takers.isEmpty()).isTrue();
          assertThat(queue.poll(LONG)).isEqualTo(1);
          assertThat(queue.offer(2, LONG)).isTrue();
        });
  }

  @OnEveryEngine
  void wakesEverybodyWhoWaitsAtAShutdown(TestLoop loop) throws Exception {
    for (boolean immediate : new boolean[] {false, true}) {
      onEachKind(
          loop,
          queue -> {
            // given
            List<Greenlet<Integer>> takers = takers(queue, 3);
            // when
            queue.shutdown(immediate);
            // then
            for (Greenlet<Integer> each : takers) {
              assertThat(each.join(LONG)).isTrue();
              assertThat(each.exception()).isInstanceOf(QueueShutDown.class);
            }
            loop.uncaught().clear();
          });
      onEachKind(
          loop,
          queue -> {
            // given
            queue.put(0);
            List<Greenlet<?>> putters = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
              putters.add(Loomlet.spawn(() -> queue.put(1)));
            }
            Loomlet.yield();
            // when
            queue.shutdown(immediate);
            // then
            for (Greenlet<?> each : putters) {
              assertThat(each.join(LONG)).isTrue();
              assertThat(each.exception()).isInstanceOf(QueueShutDown.class);
            }
            loop.uncaught().clear();
            assertThat(queue).hasSize(immediate ? 0 : 1);
          });
    }
  }

  @OnEveryEngine
  void losesNothingToAWaiterThatIsKilled(TestLoop loop) throws Exception {
    onEachKind(
        loop,
        queue -> {
          // given
          List<Greenlet<Integer>> takers = takers(queue, 3);
          // when
          takers.get(1).kill();
          queue.offer(1);
          queue.offer(2);
          // then
          assertThat(takers.get(0).get()).isEqualTo(1);
          assertThat(takers.get(1).isCancelled()).isTrue();
          assertThat(takers.get(2).get()).isEqualTo(2);
          // and
          queue.put(3);
          Greenlet<?> putter = Loomlet.spawn(() -> queue.put(4));
          Loomlet.yield();
          putter.kill();
          assertThat(putter.isCancelled()).isTrue();
          assertThat(queue.take()).isEqualTo(3);
          assertThat(queue.isEmpty()).isTrue();
        });
  }

  @OnEveryEngine
  void deliversWhatWasHandedOverBeforeAKill(TestLoop loop) throws Exception {
    onEachKind(
        loop,
        queue -> {
          // given
          List<Integer> got = new ArrayList<>();
          Greenlet<?> taker =
              Loomlet.spawn(
                  () -> {
                    got.add(queue.take());
                    queue.take();
                  });
          Loomlet.yield();
          // when: both before the taker runs
          queue.put(7);
          taker.kill();
          // then
          assertThat(got).containsExactly(7);
          assertThat(taker.isCancelled()).isTrue();
        });
  }

  @OnEveryEngine
  void endsAWaitInACancelledScopeAndEveryFurtherOne(TestLoop loop) throws Exception {
    onEachKind(
        loop,
        queue -> {
          CancelScope scope = new CancelScope().withDeadline(SHORT);
          assertThat(
                  scope.run(
                      () -> {
                        assertThatThrownBy(queue::take).isInstanceOf(Cancelled.class);
                        // level-triggered
                        assertThatThrownBy(() -> queue.put(1)).isInstanceOf(Cancelled.class);
                        assertThatThrownBy(() -> queue.poll(Duration.ZERO))
                            .isInstanceOf(Cancelled.class);
                        queue.offer(2, LONG);
                      }))
              .isFalse();
          assertThat(queue.isEmpty()).isTrue();
        });
  }

  @OnEveryEngine
  void letsATimeoutThrowItselfOutOfAWait(TestLoop loop) throws Exception {
    onEachKind(
        loop,
        queue -> {
          dev.loomlet.Timeout timeout = dev.loomlet.Timeout.start(SHORT);
          assertThatThrownBy(queue::take).isSameAs(timeout);
          queue.put(1);
          dev.loomlet.Timeout second = dev.loomlet.Timeout.start(SHORT);
          assertThatThrownBy(() -> queue.put(2)).isSameAs(second);
          assertThat(queue).containsExactly(1);
        });
  }

  @OnEveryEngine
  void turnsAnInterruptIntoInterruptedExceptionWhereThatIsDeclared(TestLoop loop) throws Exception {
    onEachKind(
        loop,
        queue -> {
          assertThatInterrupted(() -> queue.take());
          assertThatInterrupted(() -> queue.poll(1, TimeUnit.MINUTES));
          queue.put(1);
          assertThatInterrupted(() -> queue.put(2));
          assertThatInterrupted(() -> queue.offer(2, 1, TimeUnit.MINUTES));
          assertThat(queue).containsExactly(1);
        });
  }

  private static void assertThatInterrupted(Action wait) throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Greenlet<?> greenlet =
        Loomlet.spawn(
            () -> {
              try {
                wait.run();
              } catch (InterruptedException e) {
                thrown.set(e);
              }
            });
    Loomlet.yield();
    greenlet.thread().interrupt();
    assertThat(greenlet.join(LONG)).isTrue();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
  }

  @Test
  void servesPlainThreadsAndOtherLoopsAlike() throws Exception {
    for (IntFunction<WaitingQueue<Integer>> kind : KINDS) {
      WaitingQueue<Integer> queue = kind.apply(2);
      WaitingQueue<Integer> results = new FifoQueue<>();
      int each = 2_000;
      try (LoopGroup group = LoopGroup.start(2)) {
        // given: takers and putters of every sort
        List<Greenlet<?>> greenlets = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          Action put = () -> putAll(queue, each);
          Action take = () -> takeAll(queue, results, each);
          greenlets.add(group.loop(i).spawn(put));
          greenlets.add(group.loop(i).spawn(take));
          threads.add(Thread.ofPlatform().start(new FutureTask<>(callable(put))));
          threads.add(Thread.ofPlatform().start(new FutureTask<>(callable(take))));
          threads.add(Thread.ofVirtual().start(new FutureTask<>(callable(put))));
          threads.add(Thread.ofVirtual().start(new FutureTask<>(callable(take))));
        }
        // when
        for (Thread thread : threads) {
          thread.join();
        }
        Loomlet.joinAll(greenlets);
      }
      // then
      List<Integer> all = new ArrayList<>(results);
      Collections.sort(all);
      List<Integer> expected = new ArrayList<>();
      for (int i = 0; i < each; i++) {
        expected.addAll(Collections.nCopies(6, i));
      }
      assertThat(all).isEqualTo(expected);
      assertThat(queue.isEmpty()).isTrue();
    }
  }

  private static java.util.concurrent.Callable<Void> callable(Action action) {
    return () -> {
      action.run();
      return null;
    };
  }

  private static void putAll(WaitingQueue<Integer> queue, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      queue.put(i);
    }
  }

  private static void takeAll(WaitingQueue<Integer> queue, WaitingQueue<Integer> results, int count)
      throws Exception {
    for (int i = 0; i < count; i++) {
      results.put(queue.take());
    }
  }

  @Test
  void interruptsAPlainThread() throws Exception {
    // given
    FifoQueue<Integer> queue = new FifoQueue<>(1);
    FutureTask<Class<?>> task =
        new FutureTask<>(
            () -> {
              try {
                queue.take();
                return null;
              } catch (InterruptedException e) {
                return e.getClass();
              }
            });
    Thread thread = Thread.ofPlatform().start(task);
    // when
    while (queue.exchange.takers.isEmpty()) {
      Thread.onSpinWait();
    }
    thread.interrupt();
    // then
    assertThat(task.get()).isEqualTo(InterruptedException.class);
    assertThat(queue.exchange.takers.isEmpty()).isTrue();
  }

  @Test
  void runsAPlainThreadsGreenletsWhileItWaits() throws Exception {
    FutureTask<Integer> task =
        new FutureTask<>(
            () -> {
              FifoQueue<Integer> queue = new FifoQueue<>(1);
              Loomlet.spawn(
                  () -> {
                    Loomlet.sleep(5);
                    queue.put(1);
                    queue.put(2);
                  });
              return queue.take() + queue.take();
            });
    Thread.ofPlatform().start(task);
    assertThat(task.get()).isEqualTo(3);
  }

  @OnEveryEngine
  void letsAComparatorWait(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          PriorityQueue<Integer> queue =
              new PriorityQueue<>(
                  2,
                  (a, b) -> {
                    Loomlet.yield();
                    return a.compareTo(b);
                  });
          List<Integer> taken = new ArrayList<>();
          Greenlet<?> taker =
              Loomlet.spawn(
                  () -> {
                    for (int i = 0; i < 40; i++) {
                      taken.add(queue.take());
                    }
                  });
          // when
          List<Greenlet<?>> putters = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            int start = i;
            putters.add(
                Loomlet.spawn(
                    () -> {
                      for (int k = 0; k < 10; k++) {
                        queue.put(start + 4 * k);
                      }
                    }));
          }
          // then
          Loomlet.joinAll(putters);
          assertThat(taker.join(LONG)).isTrue();
          assertThat(taken)
              .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 40).boxed().toList());
        });
  }
}
