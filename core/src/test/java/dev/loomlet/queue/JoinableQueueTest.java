package dev.loomlet.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The work in a queue, and when it is done. */
@Timeout(60)
final class JoinableQueueTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @OnEveryEngine
  void waitsUntilEveryElementIsDone(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          JoinableQueue<Integer> queue = new JoinableQueue<>(2);
          List<Integer> eaten = new ArrayList<>();
          for (int i = 0; i < 2; i++) {
            Loomlet.spawn(
                () -> {
                  while (true) {
                    int dish = queue.take();
                    Loomlet.sleep(1);
                    eaten.add(dish);
                    queue.taskDone();
                  }
                });
          }
          // when
          for (int i = 0; i < 10; i++) {
            queue.put(i);
          }
          queue.join();
          // then
          assertThat(eaten).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
          assertThat(queue.unfinished()).isZero();
        });
  }

  @OnEveryEngine
  void countsAnElementThatIsHandedOverDirectly(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          JoinableQueue<Integer> queue = new JoinableQueue<>();
          Greenlet<Integer> taker = Loomlet.spawn(queue::take);
          Loomlet.yield();
          queue.put(1);
          taker.get();
          assertThat(queue.unfinished()).isEqualTo(1);
          assertThat(queue.join(Duration.ofMillis(5))).isFalse();
          queue.taskDone();
          assertThat(queue.join(Duration.ZERO)).isTrue();
        });
  }

  @Test
  void refusesMoreEndsThanBeginnings() {
    JoinableQueue<Integer> queue = new JoinableQueue<>();
    assertThatThrownBy(queue::taskDone)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("once for each");
    queue.add(1);
    queue.taskDone();
    assertThatThrownBy(queue::taskDone).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void countsWhatNobodyGetsAsDone() {
    JoinableQueue<Integer> queue = new JoinableQueue<>();
    queue.addAll(List.of(1, 2, 3, 4));
    queue.remove(1);
    assertThat(queue.unfinished()).isEqualTo(3);
    queue.removeIf(each -> each == 2);
    assertThat(queue.unfinished()).isEqualTo(2);
    queue.clear();
    assertThat(queue.unfinished()).isZero();
    queue.addAll(List.of(1, 2));
    queue.poll();
    queue.shutdown(true);
    assertThat(queue.unfinished()).isEqualTo(1);
    queue.taskDone();
    queue.join();
  }

  @OnEveryEngine
  void wakesAllWhoJoinAndNobodyTooEarly(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          JoinableQueue<Integer> queue = new JoinableQueue<>();
          queue.addAll(List.of(1, 2));
          List<Greenlet<?>> joiners = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            joiners.add(Loomlet.spawn(() -> queue.join()));
          }
          Loomlet.yield();
          // when
          queue.taskDone();
          Loomlet.yield();
          assertThat(joiners).noneMatch(Greenlet::isDone);
          queue.taskDone();
          queue.put(3); // too late to hold them up
          // then
          assertThat(Loomlet.joinAll(LONG, joiners)).isTrue();
        });
  }

  @OnEveryEngine
  void canBeCancelledWhileItJoins(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          JoinableQueue<Integer> queue = new JoinableQueue<>();
          queue.add(1);
          Greenlet<?> joiner = Loomlet.spawn(() -> queue.join());
          Loomlet.yield();
          joiner.kill();
          assertThat(joiner.isCancelled()).isTrue();
          assertThat(joiner.exception()).isInstanceOf(Cancelled.class);
          queue.taskDone();
          queue.join();
        });
  }

  @Test
  void worksInEveryOrder() throws Exception {
    JoinableQueue<Integer> stack = JoinableQueue.lastInFirstOut(5);
    stack.addAll(List.of(1, 3, 2));
    assertThat(List.of(stack.take(), stack.take(), stack.take())).containsExactly(2, 3, 1);
    JoinableQueue<Integer> sorted = JoinableQueue.byPriority(5, Comparator.reverseOrder());
    sorted.addAll(List.of(1, 3, 2));
    assertThat(List.of(sorted.take(), sorted.take(), sorted.take())).containsExactly(3, 2, 1);
    assertThat(stack.unfinished() + sorted.unfinished()).isEqualTo(6);
  }

  @Test
  void joinsAcrossLoopsAndThreads() throws Exception {
    JoinableQueue<Integer> queue = new JoinableQueue<>(3);
    int count = 5_000;
    try (LoopGroup group = LoopGroup.start(2)) {
      for (int i = 0; i < 2; i++) {
        group
            .loop(i)
            .spawn(
                () -> {
                  while (true) {
                    queue.take();
                    queue.taskDone();
                  }
                });
      }
      for (int i = 0; i < count; i++) {
        queue.put(i);
      }
      assertThat(queue.join(LONG)).isTrue();
      assertThat(queue.isEmpty()).isTrue();
    }
  }
}
