package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.process.OnEveryEngine.TestLoop;
import dev.loomlet.queue.QueueShutDown;
import dev.loomlet.wait.Waiter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SharedQueueTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @OnTwoEngines
  void carriesMessagesInOrderFromOneProcessToAnother(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          int count = 20_000;
          try (SharedQueue there = SharedQueue.create(16, 8);
              SharedQueue back = SharedQueue.create(16, 8);
              JavaProcess echo = JavaProcess.start(() -> echo(there, back))) {
            var putting =
                Loomlet.spawn(
                    () -> {
                      for (int i = 0; i < count; i++) {
                        there.put(ByteBuffer.allocate(4).putInt(i).array());
                      }
                      there.shutdown();
                    });
            for (int i = 0; i < count; i++) {
              byte[] message = back.take(LONG);
              assertThat(ByteBuffer.wrap(message).getInt()).isEqualTo(i);
            }
            putting.get();
            assertThatThrownBy(back::take).isInstanceOf(QueueShutDown.class);
            echo.join();
            assertThat(echo.exitCode()).hasValue(0);
          }
        });
  }

  private static void echo(SharedQueue in, SharedQueue out) {
    try {
      while (true) {
        out.put(in.take());
      }
    } catch (QueueShutDown e) {
      out.shutdown();
    }
  }

  @OnTwoEngines
  void waitsNoLongerThanItsLimitForAnotherWhoPuts(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedQueue queue = SharedQueue.create(2, 10)) {
            // given
            Greenlet<?> other =
                Loomlet.spawn(
                    () -> {
                      queue.putLock().lock(Waiter.FOREVER);
                      Loomlet.sleep(Duration.ofHours(1));
                    });
            Loomlet.sleep(1);

            // when / then
            assertThat(queue.put(bytes("now"), Duration.ZERO)).isFalse();
            assertThat(queue.put(bytes("soon"), Duration.ofMillis(20))).isFalse();
            assertThat(queue.size()).isZero();
            other.kill();
          }
        });
  }

  @Test
  void holdsAsManyAsItSaysAndKnowsTimeLimits() throws Exception {
    try (SharedQueue queue = SharedQueue.create(2, 10)) {
      assertThat(queue.take(Duration.ZERO)).isNull();
      assertThat(queue.take(Duration.ofMillis(10))).isNull();
      queue.put(bytes("a"));
      queue.put(bytes(""));
      assertThat(queue.size()).isEqualTo(2);
      assertThat(queue.put(bytes("c"), Duration.ofMillis(10))).isFalse();
      assertThat(queue.take()).isEqualTo(bytes("a"));
      assertThat(queue.take()).isEmpty();
      assertThat(queue.size()).isZero();
    }
  }

  @Test
  void aWaiterOfTheSameLoopIsWoken() throws Exception {
    new TestLoop("auto")
        .run(
            () -> {
              try (SharedQueue queue = SharedQueue.create(1, 10)) {
                var taker = Loomlet.spawn(() -> queue.take(LONG));
                Loomlet.sleep(5);
                queue.put(bytes("x"));
                assertThat(taker.get()).isEqualTo(bytes("x"));
              }
            });
  }

  @Test
  void shutdownEndsThoseWhoWaitAndLetsTheRestBeTaken() throws Exception {
    new TestLoop("auto")
        .run(
            () -> {
              try (SharedQueue queue = SharedQueue.create(1, 10)) {
                queue.put(bytes("last"));
                var putter =
                    Loomlet.spawn(
                        () ->
                            assertThatThrownBy(() -> queue.put(bytes("late")))
                                .isInstanceOf(QueueShutDown.class));
                Loomlet.sleep(5);
                queue.shutdown();
                putter.get();
                assertThat(queue.take()).isEqualTo(bytes("last"));
                assertThatThrownBy(queue::take).isInstanceOf(QueueShutDown.class);
              }
            });
  }

  @Test
  void aCancelledTakeTakesNothing() throws Exception {
    new TestLoop("auto")
        .run(
            () -> {
              try (SharedQueue queue = SharedQueue.create(1, 10)) {
                var taker = Loomlet.spawn(() -> queue.take());
                Loomlet.sleep(5);
                taker.kill();
                queue.put(bytes("kept"));
                assertThat(queue.take(Duration.ZERO)).isEqualTo(bytes("kept"));
              }
            });
  }

  /** Puts messages whose sum says whether they are whole, for ever. */
  private static void putForever(SharedQueue queue, int producer) {
    Random random = new Random(producer);
    for (int i = 0; ; i++) {
      byte[] message = new byte[12 + random.nextInt(500)];
      random.nextBytes(message);
      ByteBuffer.wrap(message).putInt(4, producer).putInt(8, i).putInt(0, sum(message));
      queue.put(message);
    }
  }

  private static int sum(byte[] message) {
    CRC32C sum = new CRC32C();
    sum.update(message, 4, message.length - 4);
    return (int) sum.getValue();
  }

  @Test
  void producersThatAreKilledTearNoMessageAndHoldUpNobody() throws Exception {
    try (SharedQueue queue = SharedQueue.create(64, 512)) {
      List<JavaProcess> victims = new ArrayList<>();
      Map<Integer, Integer> next = new HashMap<>();
      try (JavaProcess steady = JavaProcess.start(() -> putForever(queue, 0))) {
        for (int round = 1; round <= 5; round++) {
          int producer = round;
          victims.add(JavaProcess.start(() -> putForever(queue, producer)));
          while (!next.containsKey(producer)) {
            check(queue, next);
          }
          victims.getLast().kill();
          for (int i = 0; i < 1_000; i++) {
            check(queue, next);
          }
        }
        assertThat(steady.isAlive()).isTrue();
      }
      victims.forEach(JavaProcess::close);
    }
  }

  private static void check(SharedQueue queue, Map<Integer, Integer> next) {
    byte[] message = queue.take(LONG);
    assertThat(message).isNotNull();
    ByteBuffer buffer = ByteBuffer.wrap(message);
    assertThat(buffer.getInt(0)).isEqualTo(sum(message));
    int producer = buffer.getInt(4);
    assertThat(buffer.getInt(8)).isEqualTo(next.getOrDefault(producer, 0));
    next.merge(producer, 1, Integer::sum);
  }

  @Test
  void aConsumerThatIsKilledLosesAtMostTheMessageItHas() throws Exception {
    try (SharedQueue queue = SharedQueue.create(64, 8)) {
      JavaProcess consumer = JavaProcess.start(() -> takeForever(queue));
      int put = 0;
      for (; put < 10_000; put++) {
        queue.put(ByteBuffer.allocate(8).putLong(put).array());
      }
      consumer.close();
      while (queue.put(ByteBuffer.allocate(8).putLong(put).array(), Duration.ZERO)) {
        put++;
      }
      long expected = -1;
      for (byte[] each = queue.take(Duration.ZERO);
          each != null;
          each = queue.take(Duration.ZERO)) {
        long number = ByteBuffer.wrap(each).getLong();
        assertThat(expected < 0 || number == expected).isTrue();
        expected = number + 1;
      }
      assertThat(expected).isEqualTo(put);
    }
  }

  private static void takeForever(SharedQueue queue) {
    while (true) {
      queue.take();
    }
  }

  @Test
  void refusesWhatMakesNoSense() throws Exception {
    assertThatThrownBy(() -> SharedQueue.create(0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SharedQueue.create(1, 0)).isInstanceOf(IllegalArgumentException.class);
    try (SharedQueue queue = SharedQueue.create(1, 1)) {
      assertThatThrownBy(() -> queue.put(new byte[2]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most 1 bytes");
    }
    assertThatThrownBy(() -> SharedQueue.create(1 << 11, 1 << 28))
        .isInstanceOf(java.io.IOException.class)
        .hasMessageContaining("there is no room for")
        .hasMessageContaining("/dev/shm");
  }
}
