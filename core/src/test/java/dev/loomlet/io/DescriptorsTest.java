package dev.loomlet.io;

import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.linux.PipeCalls;
import dev.loomlet.linux.SystemCalls;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** With pipes that were made behind Loomlet's back. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
final class DescriptorsTest {
  private final PipeCalls calls = new PipeCalls();
  private final MemorySegment bytes = MemorySegment.ofArray(new byte[100_000]);

  @OnEveryEngine
  void aDescriptorIsWaitedForUntilItIsReadable(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          int reading = calls.pipe();
          int writing = calls.writingEnd();
          Descriptors.waitWritable(writing);
          assertThatThrownBy(() -> Descriptors.waitReadable(reading, Duration.ofMillis(20)))
              .isInstanceOf(SocketTimeoutException.class);
          Greenlet<?> waiting = spawn(() -> Descriptors.waitReadable(reading));
          Loomlet.sleep(5);
          assertThat(waiting.isDone()).isFalse();
          calls.write(writing, bytes, 1);
          waiting.get();
          Descriptors.waitReadable(reading, Duration.ofSeconds(10));
          Greenlet<?> other = spawn(() -> Descriptors.waitReadable(reading));
          other.get();
          SystemCalls.close(reading);
          SystemCalls.close(writing);
        });
  }

  @OnEveryEngine
  void aKilledWaitLeavesNothingBehind(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          int reading = calls.pipe();
          int writing = calls.writingEnd();
          Greenlet<?> waiting = spawn(() -> Descriptors.waitReadable(reading));
          Loomlet.sleep(5);
          waiting.kill();
          assertThat(waiting.isCancelled()).isTrue();
          Descriptors.waitWritable(writing);
          SystemCalls.close(reading);
          SystemCalls.close(writing);
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void aDescriptorThatItsOwnerClosesIsNoticedAndItsNumberIsNotTakenForIt(TestLoop loop)
      throws Exception {
    loop.run(
        () -> {
          int reading = calls.pipe();
          int writing = calls.writingEnd();
          Greenlet<?> waiting = spawn(() -> Descriptors.waitReadable(reading));
          Loomlet.sleep(5);
          SystemCalls.close(reading);
          waiting.join();
          assertThat(waiting.exception()).isInstanceOf(IOException.class);
          SystemCalls.close(writing);
          assertThatThrownBy(() -> Descriptors.waitReadable(reading))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("not open");
          assertThatThrownBy(() -> Descriptors.waitReadable(-1))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }

  @OnEveryEngine
  void aSelectorTakesNumbersToo(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          int reading = calls.pipe();
          int writing = calls.writingEnd();
          try (EventSelector<String> selector = EventSelector.open()) {
            selector.register(reading, EventSelector.READ, "reading");
            selector.register(writing, EventSelector.WRITE, "writing");
            assertThat(selector.select(Duration.ofSeconds(10)))
                .extracting(event -> event.key().data())
                .containsExactly("writing");
            while (calls.write(writing, bytes, 100_000) > 0) {
              // until it is full
            }
            selector.unregister(writing);
            assertThat(selector.select(Duration.ofSeconds(10)))
                .extracting(event -> event.key().source())
                .containsExactly(reading);
            while (calls.read(reading, bytes, 100_000) > 0) {
              // until it is empty
            }
            assertThat(selector.select(Duration.ofMillis(5))).isEmpty();
          }
          SystemCalls.close(reading);
          SystemCalls.close(writing);
        });
  }
}
