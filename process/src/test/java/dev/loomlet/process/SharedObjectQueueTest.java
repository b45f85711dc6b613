package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.process.OnEveryEngine.TestLoop;
import dev.loomlet.queue.QueueShutDown;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SharedObjectQueueTest {

  record Dish(String name, int number) {}

  private static void cook(SharedObjectQueue<Dish> dishes, int count) {
    for (int i = 0; i < count; i++) {
      dishes.put(new Dish("dish", i));
    }
    dishes.shutdown();
  }

  @OnEveryEngine
  void carriesRecordsInOrder(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          int count = 10_000;
          try (var dishes = SharedObjectQueue.create(Dish.class, 8, 100);
              JavaProcess cook = JavaProcess.start(() -> cook(dishes, count))) {
            for (int i = 0; i < count; i++) {
              assertThat(dishes.take()).isEqualTo(new Dish("dish", i));
            }
            assertThatThrownBy(dishes::take).isInstanceOf(QueueShutDown.class);
            cook.join();
          }
        });
  }

  @Test
  void carriesSerialisedObjectsAndKnowsLimits() throws Exception {
    try (var queue = SharedObjectQueue.create(ArrayList.class, 2, 500)) {
      assertThat(queue.isEmpty()).isTrue();
      assertThat((Object) queue.take(Duration.ZERO)).isNull();
      queue.put(new ArrayList<>(List.of(1, "two")));
      assertThat(queue.put(new ArrayList<>(), Duration.ZERO)).isTrue();
      assertThat(queue.isFull()).isTrue();
      assertThat(queue.put(new ArrayList<>(), Duration.ofMillis(10))).isFalse();
      assertThat((Object) queue.take()).isEqualTo(List.of(1, "two"));
      assertThatThrownBy(() -> queue.put(new ArrayList<>(List.of("x".repeat(1000)))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most 500 bytes");
      assertThatThrownBy(() -> queue.put(new ArrayList<>(List.of(new Object()))))
          .isInstanceOf(UnserializableException.class);
    }
  }

  @Test
  void whatIsNotAllowedIsRejectedWhenItIsTaken() throws Exception {
    try (var queue = SharedObjectQueue.create(ArrayList.class, 2, 500)) {
      queue.put(new ArrayList<>(List.of(new javax.management.ObjectName("a:b=c"))));
      assertThatThrownBy(queue::take)
          .isInstanceOf(UncheckedIOException.class)
          .hasStackTraceContaining("not allowed");
      queue.put(new ArrayList<>(List.of("next")));
      assertThat((Object) queue.take()).isEqualTo(List.of("next"));
    }
  }

  private static void eat(SharedJoinableQueue<Dish> table, SharedLong eaten) {
    while (true) {
      table.take();
      eaten.incrementAndGet();
      table.taskDone();
    }
  }

  @OnTwoEngines
  void joinWaitsUntilAllIsDone(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (var table = SharedJoinableQueue.create(Dish.class, 4, 100);
              SharedLong eaten = SharedLong.create(0)) {
            table.join();
            try (JavaProcess one = JavaProcess.start(() -> eat(table, eaten));
                JavaProcess two = JavaProcess.start(() -> eat(table, eaten))) {
              for (int i = 0; i < 500; i++) {
                table.put(new Dish("rice", i));
              }
              table.join();
              assertThat(eaten.get()).isEqualTo(500);
              assertThat(table.unfinishedTasks()).isZero();
              assertThat(one.isAlive() && two.isAlive()).isTrue();
            }
            assertThatThrownBy(table::taskDone)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("more often");
            table.put(new Dish("tea", 1));
            assertThat(table.join(Duration.ofMillis(10))).isFalse();
          }
        });
  }

  private static void putAll(SharedSimpleQueue<byte[]> queue, int count) {
    for (int i = 0; i < count; i++) {
      byte[] message = new byte[1 + i * 7 % 900];
      java.util.Arrays.fill(message, (byte) i);
      queue.put(message);
    }
  }

  @OnTwoEngines
  void aSimpleQueueCarriesSmallAndLargeTogether(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          int count = 3_000;
          try (var queue = SharedSimpleQueue.create(byte[].class, 1_000);
              JavaProcess putter = JavaProcess.start(() -> putAll(queue, count))) {
            for (int i = 0; i < count; i++) {
              byte[] message = queue.take();
              assertThat(message.length).isEqualTo(1 + i * 7 % 900);
              assertThat(message[0]).isEqualTo((byte) i);
              assertThat(message[message.length - 1]).isEqualTo((byte) i);
            }
            putter.join();
            assertThat(queue.isEmpty()).isTrue();
          }
        });
  }

  @Test
  void aSimpleQueueKnowsItsRoom() throws Exception {
    try (var queue = SharedSimpleQueue.create(byte[].class, 16)) {
      queue.put(new byte[12]);
      assertThat(queue.put(new byte[0], Duration.ZERO)).isFalse();
      assertThat(queue.take()).hasSize(12);
      assertThat((Object) queue.take(Duration.ZERO)).isNull();
      assertThatThrownBy(() -> queue.put(new byte[13]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("create it larger");
    }
    assertThatThrownBy(() -> SharedSimpleQueue.create(byte[].class, 7))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void producersOfASimpleQueueThatAreKilledTearNothing() throws Exception {
    try (var queue = SharedSimpleQueue.create(byte[].class, 5_000)) {
      for (int round = 0; round < 3; round++) {
        JavaProcess victim = JavaProcess.start(() -> putAll(queue, Integer.MAX_VALUE));
        for (int i = 0; i < 3_000; i++) {
          check(queue.take());
        }
        victim.close();
        for (byte[] rest; (rest = queue.take(Duration.ZERO)) != null; ) {
          check(rest);
        }
      }
      queue.put(new byte[] {7});
      assertThat(queue.take()).containsExactly(7);
    }
  }

  private static void check(byte[] message) {
    for (byte each : message) {
      assertThat(each).isEqualTo(message[0]);
    }
  }

  @OnEveryEngine
  void waitsForTheFirstOfMany(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          List<Connection<String>> ends = Connection.pair(String.class);
          try (var queue = SharedObjectQueue.create(Dish.class, 2, 100);
              Connection<String> one = ends.get(0);
              Connection<String> two = ends.get(1);
              JavaProcess process = JavaProcess.start(() -> new CountDownLatch(1).await())) {
            // given
            Waitable end = Waitable.endOf(process);
            Waitable sentinel = Waitable.readable(process.sentinel());
            Duration soon = Duration.ofMillis(10);
            assertThat(Waitable.awaitAny(Duration.ZERO, queue, two, end, sentinel)).isEmpty();
            assertThat(Waitable.awaitAny(soon, queue, two, end, sentinel)).isEmpty();

            // when / then
            Greenlet<?> later =
                Loomlet.spawnLater(Duration.ofMillis(5), () -> queue.put(new Dish("rice", 1)));
            assertThat(Waitable.awaitAny(queue, two, end, sentinel)).containsExactly(queue);
            later.get();
            queue.take();
            one.send("x");
            assertThat(Waitable.awaitAny(queue, two, end, sentinel)).containsExactly(two);
            two.receive();
            process.kill();
            assertThat(Waitable.awaitAny(queue, two, end)).containsExactly(end);
            assertThat(Waitable.awaitAny(sentinel)).containsExactly(sentinel);
          }
        });
  }
}
