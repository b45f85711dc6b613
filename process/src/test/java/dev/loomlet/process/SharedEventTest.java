package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.process.OnEveryEngine.TestLoop;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SharedEventTest {

  @OnEveryEngine
  void wakesThoseOfAllProcesses(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedEvent go = SharedEvent.create();
              SharedEvent gone = SharedEvent.create();
              JavaProcess other =
                  JavaProcess.start(
                      () -> {
                        go.await();
                        gone.set();
                      })) {
            Greenlet<?> here = Loomlet.spawn(() -> go.await());
            Loomlet.sleep(5);
            assertThat(here.isDone()).isFalse();
            assertThat(gone.isSet()).isFalse();
            go.set();
            here.get();
            gone.await();
            other.join();
          }
        });
  }

  @OnEveryEngine
  void wakesWhoWaitsEvenIfItIsTakenBackAtOnce(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedEvent event = SharedEvent.create()) {
            Greenlet<?> waiter = Loomlet.spawn(() -> event.await());
            Loomlet.sleep(5);
            event.set();
            event.clear();
            waiter.get();
            assertThat(event.isSet()).isFalse();
          }
        });
  }

  @Test
  void knowsTimeLimits() throws Exception {
    try (SharedEvent event = SharedEvent.create()) {
      assertThat(event.await(Duration.ZERO)).isFalse();
      assertThat(event.await(Duration.ofMillis(10))).isFalse();
      event.clear();
      event.set();
      event.set();
      assertThat(event.await(Duration.ZERO)).isTrue();
      event.await();
      event.clear();
      assertThat(event.await(Duration.ZERO)).isFalse();
    }
  }
}
