package dev.loomlet.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Action;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.Repeat;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handing over races being cancelled: whatever happens, each element is in one place. */
@Timeout(120)
@Tag("alone")
final class QueueRacesTest {
  private static final List<IntFunction<WaitingQueue<Integer>>> KINDS =
      List.of(FifoQueue::new, LifoQueue::new, PriorityQueue::new, JoinableQueue::new);

  private static int times(int count) {
    return Repeat.times(count);
  }

  @OnEveryEngine
  void leavesAnElementWithATakerThatIsKilledOrInTheQueue(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Random random = new Random(1);
          for (IntFunction<WaitingQueue<Integer>> kind : KINDS) {
            WaitingQueue<Integer> queue = kind.apply(1);
            Integer[] got = new Integer[1];
            for (int i = 0; i < times(6_000); i++) {
              // given
              got[0] = null;
              Greenlet<?> taker = Loomlet.spawn(() -> got[0] = queue.take());
              if (random.nextInt(4) != 0) {
                Loomlet.yield();
              }
              // when
              boolean killFirst = random.nextBoolean();
              if (killFirst) {
                taker.kill(Duration.ZERO);
              }
              queue.put(i);
              if (!killFirst) {
                taker.kill(Duration.ZERO);
              }
              taker.join();
              // then
              Integer left = queue.poll();
              assertThat(got[0] == null ? left : got[0]).isEqualTo(i);
              assertThat(got[0] == null || left == null).isTrue();
            }
          }
        });
  }

  @OnEveryEngine
  void hasTheElementOfAKilledPutterOnlyIfItWasPut(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Random random = new Random(2);
          for (IntFunction<WaitingQueue<Integer>> kind : KINDS) {
            WaitingQueue<Integer> queue = kind.apply(1);
            for (int i = 0; i < times(6_000); i++) {
              // given
              queue.put(-1);
              int element = i;
              boolean[] put = new boolean[1];
              Greenlet<?> putter =
                  Loomlet.spawn(
                      () -> {
                        queue.put(element);
                        put[0] = true;
                      });
              if (random.nextInt(4) != 0) {
                Loomlet.yield();
              }
              // when
              boolean killFirst = random.nextBoolean();
              if (killFirst) {
                putter.kill(Duration.ZERO);
              }
              assertThat(queue.take()).isEqualTo(-1);
              if (!killFirst) {
                putter.kill(Duration.ZERO);
              }
              putter.join();
              // then
              assertThat(queue.poll()).isEqualTo(put[0] ? i : null);
            }
          }
        });
  }

  /** Who puts and who takes, each with its own account. */
  private interface Way {
    boolean put(int element) throws Exception;

    Integer take() throws Exception;
  }

  /** Puts and takes with tiny limits on two loops at once; then compares the accounts. */
  private static void race(Way way, int count) throws Exception {
    List<Integer> put = new ArrayList<>();
    List<Integer> taken = new ArrayList<>();
    try (LoopGroup group = LoopGroup.start(2)) {
      List<Greenlet<List<Integer>>> putters = new ArrayList<>();
      List<Greenlet<List<Integer>>> takers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int first = i * count;
        putters.add(group.loop(i % 2).spawn(() -> putAll(way, first, count)));
        takers.add(group.loop((i + 1) % 2).spawn(() -> takeAll(way, count)));
      }
      for (Greenlet<List<Integer>> each : putters) {
        put.addAll(each.get());
      }
      for (Greenlet<List<Integer>> each : takers) {
        taken.addAll(each.get());
      }
      taken.addAll(group.loop(0).spawn(() -> takeAll(way, 10)).get());
    }
    assertThat(taken).doesNotHaveDuplicates();
    assertThat(taken).containsExactlyInAnyOrderElementsOf(put);
    assertThat(put).as("or the race was none").isNotEmpty();
  }

  private static List<Integer> putAll(Way way, int first, int count) throws Exception {
    List<Integer> put = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      if (way.put(i)) {
        put.add(i);
      }
    }
    return put;
  }

  private static List<Integer> takeAll(Way way, int count) throws Exception {
    List<Integer> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Integer each = way.take();
      if (each != null) {
        taken.add(each);
      }
    }
    return taken;
  }

  private static Duration tiny(int seed) {
    return Duration.ofNanos(1 + (seed * 7919L) % 100_000);
  }

  @Test
  void losesNothingToTimeOutsBetweenLoops() throws Exception {
    for (IntFunction<WaitingQueue<Integer>> kind : KINDS) {
      WaitingQueue<Integer> queue = kind.apply(1);
      int[] seed = new int[1];
      race(
          new Way() {
            @Override
            public boolean put(int element) {
              return queue.offer(element, tiny(element));
            }

            @Override
            public Integer take() {
              return queue.poll(tiny(seed[0]++));
            }
          },
          times(1_500));
    }
  }

  @Test
  void losesNothingToTimeOutsAtARendezvousBetweenLoops() throws Exception {
    Channel<Integer> channel = new Channel<>();
    int[] seed = new int[1];
    race(
        new Way() {
          @Override
          public boolean put(int element) {
            return channel.trySend(element, tiny(element));
          }

          @Override
          public Integer take() {
            return channel.tryReceive(tiny(seed[0]++));
          }
        },
        times(1_500));
  }

  @Test
  void losesNothingToCancelledScopesBetweenLoops() throws Exception {
    for (IntFunction<WaitingQueue<Integer>> kind : KINDS) {
      WaitingQueue<Integer> queue = kind.apply(1);
      int[] seed = new int[1];
      race(
          new Way() {
            @Override
            public boolean put(int element) throws Exception {
              boolean[] put = new boolean[1];
              within(
                  tiny(element),
                  () -> {
                    queue.put(element);
                    put[0] = true;
                  });
              return put[0];
            }

            @Override
            public Integer take() throws Exception {
              Integer[] taken = new Integer[1];
              within(tiny(seed[0]++), () -> taken[0] = queue.take());
              return taken[0];
            }
          },
          times(1_500));
    }
  }

  private static void within(Duration limit, Action action) throws Exception {
    Loomlet.moveOnAfter(limit, action);
  }
}
