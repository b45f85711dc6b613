package dev.loomlet.process;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.sync.Event;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Waits for several things at once: a greenlet for each, until the first one says so. */
final class ReadyWait {
  private ReadyWait() {}

  static List<Waitable> await(List<Waitable> things, long nanos) {
    List<Waitable> ready = ready(things);
    if (!ready.isEmpty() || nanos <= 0) {
      return ready;
    }
    if (things.isEmpty() && nanos == Waiter.FOREVER) {
      throw new IllegalArgumentException("there is nothing to wait for");
    }
    Loop loop = Loop.current();
    try {
      return OnLoop.call(loop, () -> awaitOnLoop(things, nanos));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Waitable> ready(List<Waitable> things) {
    return things.stream().filter(Waitable::isReady).toList();
  }

  private static List<Waitable> awaitOnLoop(List<Waitable> things, long nanos) {
    TimeLimit limit = new TimeLimit(nanos);
    while (true) {
      List<Waitable> ready = awaitOnce(things, limit.left());
      if (!ready.isEmpty() || limit.left() <= 0) {
        return ready;
      }
    }
  }

  private static List<Waitable> awaitOnce(List<Waitable> things, long nanos) {
    Event any = new Event();
    List<RuntimeException> errors = new ArrayList<>();
    List<Greenlet<?>> waiters = new ArrayList<>();
    try {
      for (Waitable each : things) {
        waiters.add(Loop.current().spawn(() -> await(each, any, errors)));
      }
      if (nanos == Waiter.FOREVER) {
        any.await();
      } else {
        boolean _ = any.await(Duration.ofNanos(Math.max(nanos, 0)));
      }
    } finally {
      Loomlet.killAll(waiters);
    }
    if (!errors.isEmpty()) {
      throw errors.getFirst();
    }
    return ready(things);
  }

  private static void await(Waitable thing, Event any, List<RuntimeException> errors) {
    try {
      thing.awaitReady();
    } catch (RuntimeException e) {
      errors.add(e);
    } finally {
      any.set();
    }
  }
}
