package dev.loomlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LoopGroupTest {

  @OnEveryEngine
  void placesAGreenletOnTheLoopThatWasAskedFor(TestLoop test) throws Exception {
    try (LoopGroup group = LoopGroup.start(3, test.options())) {
      for (int i = 0; i < 3; i++) {
        Loop loop = group.loop(i);
        assertThat(loop.spawn(() -> Loop.current()).get()).isSameAs(loop);
      }
    }
  }

  @OnEveryEngine
  void spreadsSpawnsOverItsLoops(TestLoop test) throws Exception {
    try (LoopGroup group = LoopGroup.start(2, test.options())) {
      Set<Thread> carriers = ConcurrentHashMap.newKeySet();
      List<Greenlet<?>> all = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        all.add(group.spawn(() -> carriers.add(JdkInternals.currentCarrier())));
      }
      Loomlet.joinAll(all);
      assertThat(carriers).hasSize(2);
    }
  }

  @OnEveryEngine
  void callsAcrossLoopsWhileBothGoOn(TestLoop test) throws Exception {
    try (LoopGroup group = LoopGroup.start(2, test.options())) {
      // given: a call from loop 0 to loop 1 that needs loop 0 to go on
      Loop zero = group.loop(0);
      Loop one = group.loop(1);

      // when
      int answer = zero.call(() -> one.call(() -> zero.call(() -> 41) + 1));

      // then
      assertThat(answer).isEqualTo(42);
    }
  }

  @OnEveryEngine
  void throwsACalledErrorUnchangedAndReportsItNowhere(TestLoop test) {
    IOException error = new IOException("remote");
    try (LoopGroup group = LoopGroup.start(1, test.options())) {
      assertThatThrownBy(
              () ->
                  group
                      .loop(0)
                      .call(
                          () -> {
                            throw error;
                          }))
          .isSameAs(error);
    }
    assertThat(test.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void cancelsTheCallWhenTheCallerIsCancelled(TestLoop test) throws Exception {
    try (LoopGroup group = LoopGroup.start(2, test.options())) {
      // given
      CountDownLatch started = new CountDownLatch(1);
      CountDownLatch cancelled = new CountDownLatch(1);
      Greenlet<?> caller =
          group
              .loop(0)
              .spawn(
                  () ->
                      group
                          .loop(1)
                          .call(
                              () -> {
                                started.countDown();
                                try {
                                  Loomlet.sleep(Duration.ofDays(1));
                                } catch (Cancelled e) {
                                  cancelled.countDown();
                                  throw e;
                                }
                                return 0;
                              }));
      started.await();

      // when
      caller.cancel(true);

      // then
      cancelled.await();
      caller.join();
      assertThat(caller.isCancelled()).isTrue();
    }
  }

  @OnEveryEngine
  void stopsItsLoopsInOrder(TestLoop test) throws Exception {
    // given
    List<Integer> stopped = Collections.synchronizedList(new ArrayList<>());
    LoopGroup group = LoopGroup.start(4, test.options());
    CountDownLatch started = new CountDownLatch(4);
    for (int i = 0; i < 4; i++) {
      int number = i;
      group
          .loop(i)
          .spawn(
              () -> {
                try {
                  started.countDown();
                  Loomlet.sleep(Duration.ofDays(1));
                } finally {
                  stopped.add(number);
                }
              });
    }
    started.await();

    // when
    group.close();

    // then
    assertThat(stopped).containsExactly(0, 1, 2, 3);
    assertThat(group.loops()).allMatch(Loop::isClosed);
  }

  @OnEveryEngine
  void refusesToBeClosedByItsOwnGreenlet(TestLoop test) {
    try (LoopGroup group = LoopGroup.start(1, test.options())) {
      assertThatThrownBy(
              () ->
                  group
                      .loop(0)
                      .call(
                          () -> {
                            group.close();
                            return 0;
                          }))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void needsAtLeastOneLoop() {
    assertThatThrownBy(() -> LoopGroup.start(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void cancelsACallWhoseCallerRunsOutOfTime() throws Exception {
    Loomlet.run(
        () -> {
          try (LoopGroup group = LoopGroup.start(1)) {
            // given
            AsyncResult<String> ended = new AsyncResult<>();

            // when
            try (dev.loomlet.Timeout limit = dev.loomlet.Timeout.start(Duration.ofMillis(20))) {
              group.next().call(() -> waitForEver(ended));
            } catch (dev.loomlet.Timeout expected) {
              // The caller goes on.
            }

            // then
            assertThat(ended.get()).isEqualTo("cancelled");
          }
        });
  }

  @Test
  void aCallThatSucceedsThoughItsCallerIsKilledGivesItsResult() throws Exception {
    Loomlet.run(
        () -> {
          try (LoopGroup group = LoopGroup.start(1)) {
            // given
            AsyncResult<String> begun = new AsyncResult<>();
            AsyncResult<String> result = new AsyncResult<>();
            Greenlet<?> caller =
                Loomlet.spawn(
                    () -> {
                      result.set(group.next().call(() -> succeedAllTheSame(begun)));
                      Loomlet.sleep(Duration.ofDays(1));
                    });
            begun.get();

            // when
            caller.kill();

            // then
            assertThat(result.get()).isEqualTo("saved");
            assertThat(caller.isCancelled()).isTrue();
          }
        });
  }

  private static String succeedAllTheSame(AsyncResult<String> begun) {
    begun.set("begun");
    try {
      Loomlet.sleep(Duration.ofDays(1));
      return "never";
    } catch (Cancelled e) {
      return "saved";
    }
  }

  private static String waitForEver(AsyncResult<String> ended) {
    try {
      Loomlet.sleep(Duration.ofDays(1));
      return "never";
    } catch (Cancelled e) {
      ended.set("cancelled");
      throw e;
    }
  }
}
