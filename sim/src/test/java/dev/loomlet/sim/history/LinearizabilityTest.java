package dev.loomlet.sim.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.queue.FifoQueue;
import dev.loomlet.sim.SimOptions;
import dev.loomlet.sim.Simulation;
import dev.loomlet.sim.SimulationFailure;
import dev.loomlet.sync.Mutex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whether a correct object could have answered so. */
@Timeout(120)
final class LinearizabilityTest {
  private final History history = new History();

  @Test
  void aReadDuringAWriteMaySeeBothValues() {
    // given
    int write = history.begin("a", "write", 1);
    int early = history.begin("b", "read", null);
    history.end(early, null);
    int late = history.begin("c", "read", null);
    history.end(late, 1);
    history.end(write, null);
    // then
    history.check(Models.register());
  }

  @Test
  void aReadAfterAReadMustNotGoBack() {
    // given
    int write = history.begin("a", "write", 1);
    int first = history.begin("b", "read", null);
    history.end(first, 1);
    int second = history.begin("c", "read", null);
    history.end(second, null);
    history.end(write, null);
    // then
    assertThatThrownBy(() -> history.check(Models.register()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("not linearizable")
        .hasMessageContaining("explains c: read() -> null")
        .hasMessageContaining("<- this")
        .hasMessageContaining("the longest order that goes well")
        .hasMessageContaining("a: write(1)");
  }

  @Test
  void anOperationWithoutAnAnswerMayHaveHappenedOrNot() {
    // given
    history.begin("a", "write", 1);
    int first = history.begin("b", "read", null);
    history.end(first, null);
    int second = history.begin("b", "read", null);
    history.end(second, 1);
    // then
    history.check(Models.register());
    // but not taken back
    int third = history.begin("b", "read", null);
    history.end(third, null);
    assertThat(Linearizability.isLinearizable(history.operations(), Models.register())).isFalse();
  }

  @Test
  void whatHasNotHappenedForCertainDoesNotCount() {
    // given
    int write = history.begin("a", "write", 1);
    history.withdraw(write);
    int read = history.begin("b", "read", null);
    history.end(read, 1);
    // then
    assertThat(Linearizability.isLinearizable(history.operations(), Models.register())).isFalse();
  }

  @Test
  void compareAndSetSucceedsOnce() {
    for (String client : List.of("a", "b")) {
      int cas = history.begin(client, "cas", java.util.Arrays.asList(null, client));
      history.end(cas, true);
    }
    assertThatThrownBy(() -> history.check(Models.register()))
        .hasMessageContaining("b: cas([null, b]) -> true");
  }

  @Test
  void theKeysOfAMapAreCheckedApart() {
    int put = history.begin("a", "put", List.of("x", 1));
    history.end(put, null);
    int other = history.begin("a", "get", "y");
    history.end(other, null);
    int get = history.begin("a", "get", "x");
    history.end(get, 2);
    assertThatThrownBy(() -> history.check(Models.map()))
        .hasMessageContaining("for x")
        .hasMessageContaining("a: get(x) -> 2");
  }

  @Test
  void aQueueIsFirstInFirstOut() {
    for (int i = 1; i <= 3; i++) {
      history.end(history.begin("a", "put", i), null);
    }
    history.end(history.begin("b", "take", null), 1);
    history.check(Models.queue());
    history.end(history.begin("b", "take", null), 3);
    assertThatThrownBy(() -> history.check(Models.queue()))
        .hasMessageContaining("state [2, 3]")
        .hasMessageContaining("b: take() -> 3");
  }

  @Test
  void aLockIsHeldByOne() {
    history.end(history.begin("a", "lock", null), null);
    history.end(history.begin("b", "lock", null), null);
    assertThatThrownBy(() -> history.check(Models.lock())).hasMessageContaining("b: lock()");
  }

  /** Histories that a real register could have made are accepted, however they overlap. */
  @Test
  void longHistoriesOfARealRegisterAreAccepted() {
    Random random = new Random(1);
    for (int round = 0; round < 20; round++) {
      History made = new History();
      Integer value = null;
      List<int[]> open = new ArrayList<>();
      List<Integer> results = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        if (open.size() < 5 && random.nextBoolean()) {
          boolean write = random.nextBoolean();
          int id = made.begin("c" + i, write ? "write" : "read", write ? i : null);
          // It takes effect at once, and its answer comes later.
          if (write) {
            value = i;
          }
          open.add(new int[] {id, write ? 1 : 0});
          results.add(write ? null : value);
        } else if (!open.isEmpty()) {
          int which = random.nextInt(open.size());
          made.end(open.remove(which)[0], results.remove(which));
        }
      }
      made.check(Models.register());
    }
  }

  @Test
  void theQueuesOfTheHouseAreLinearizable() {
    Simulation.runAll(
        1,
        200,
        SimOptions.defaults(),
        sim -> {
          History seen = new History();
          FifoQueue<Integer> queue = new FifoQueue<>(2);
          List<Greenlet<?>> greenlets = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            String client = "p" + i;
            int base = i * 10;
            greenlets.add(
                Loomlet.spawn(
                    () -> {
                      for (int k = 0; k < 4; k++) {
                        int element = base + k;
                        seen.call(
                            client,
                            "put",
                            element,
                            () -> {
                              queue.put(element);
                              return null;
                            });
                        sim.sleep(Duration.ofNanos(sim.random().nextInt(3)));
                      }
                    }));
            String taker = "t" + i;
            greenlets.add(
                Loomlet.spawn(
                    () -> {
                      for (int k = 0; k < 4; k++) {
                        seen.call(taker, "take", null, queue::take);
                      }
                    }));
          }
          Loomlet.joinAll(greenlets);
          seen.check(WAITING_QUEUE);
        });
  }

  /** A queue whose take waits for an element rather than answer that there is none. */
  private static final Model<List<Object>> WAITING_QUEUE =
      new Model<>() {
        @Override
        public List<Object> initial() {
          return Models.queue().initial();
        }

        @Override
        public List<Object> apply(List<Object> state, Operation operation) {
          return operation.name().equals("take") && state.isEmpty()
              ? null
              : Models.queue().apply(state, operation);
        }
      };

  @Test
  void aLockThatLetsTwoInIsFound() {
    // given: a lock that looks and takes in two steps
    class Broken {
      private boolean held;

      void lock() {
        while (held) {
          Loomlet.yield();
        }
        Loomlet.yield();
        held = true;
      }

      void unlock() {
        held = false;
      }
    }
    // then
    assertThatThrownBy(
            () ->
                Simulation.runAll(
                    1,
                    1000,
                    SimOptions.defaults(),
                    sim -> {
                      History seen = new History();
                      Broken lock = new Broken();
                      useBy3(
                          seen,
                          () -> {
                            lock.lock();
                            return null;
                          },
                          () -> {
                            lock.unlock();
                            return null;
                          });
                      seen.check(Models.lock());
                    }))
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContaining("not linearizable");
    // and the real one does not
    Simulation.runAll(
        1,
        200,
        SimOptions.defaults(),
        sim -> {
          History seen = new History();
          Mutex lock = new Mutex();
          useBy3(
              seen,
              () -> {
                lock.lock();
                return null;
              },
              () -> {
                lock.unlock();
                return null;
              });
          seen.check(Models.lock());
        });
  }

  private static void useBy3(
      History seen,
      java.util.concurrent.Callable<Object> lock,
      java.util.concurrent.Callable<Object> unlock) {
    List<Greenlet<?>> greenlets = new ArrayList<>();
    for (String client : List.of("a", "b", "c")) {
      greenlets.add(
          Loomlet.spawn(
              () -> {
                for (int i = 0; i < 3; i++) {
                  seen.call(client, "lock", null, lock);
                  Loomlet.yield();
                  seen.call(client, "unlock", null, unlock);
                }
              }));
    }
    Loomlet.joinAll(greenlets);
  }
}
