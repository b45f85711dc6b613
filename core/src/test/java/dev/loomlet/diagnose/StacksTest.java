package dev.loomlet.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.sync.Event;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StacksTest {
  private final Event never = new Event();
  private final LinkedBlockingQueue<String> empty = new LinkedBlockingQueue<>();

  private void waitsHere() {
    never.await();
  }

  private void parksHere() {
    LockSupport.park();
  }

  private void takesHere() throws InterruptedException {
    empty.take();
  }

  private static List<String> trimmed(Greenlet<?> greenlet) {
    return Stacks.trim(List.of(greenlet.thread().getStackTrace())).stream()
        .map(StackTraceElement::getMethodName)
        .map(name -> name.startsWith("lambda$") ? "lambda" : name)
        .toList();
  }

  @OnEveryEngine
  void beginWhereSomebodyWaitsAndEndWhereHisCodeBegins(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Greenlet<?> waits = Loomlet.spawn(() -> waitsHere());
          Greenlet<?> parks = Loomlet.spawn(() -> parksHere());
          Greenlet<?> takes = Loomlet.spawn(() -> takesHere());
          Loomlet.yield();

          // when, then
          assertThat(trimmed(waits)).containsExactly("await", "await", "waitsHere", "lambda");
          assertThat(trimmed(parks)).containsExactly("parksHere", "lambda");
          assertThat(trimmed(takes)).endsWith("take", "takesHere", "lambda");
        });
  }
}
