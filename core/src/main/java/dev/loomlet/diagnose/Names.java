package dev.loomlet.diagnose;

import dev.loomlet.Greenlet;
import dev.loomlet.Loop;
import dev.loomlet.wait.Life;
import dev.loomlet.wait.Owned;
import dev.loomlet.wait.Task;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import org.jspecify.annotations.Nullable;

/** How threads, and what they wait for, are called in reports. */
final class Names {
  private Names() {}

  static String of(Thread thread) {
    Greenlet<?> greenlet = greenletOf(thread);
    if (greenlet != null) {
      return "greenlet \"" + greenlet.name() + "\"";
    }
    String name = thread.getName();
    return (thread.isVirtual() ? "virtual thread " : "thread ")
        + (name.isEmpty() ? "#" + thread.threadId() : "\"" + name + "\"");
  }

  static String of(Life life) {
    if (life.isGreenlet()) {
      return "greenlet \"" + (life.name().isEmpty() ? "greenlet-" + life.id() : life.name()) + "\"";
    }
    return (life.isVirtual() ? "virtual thread " : "thread ")
        + (life.name().isEmpty() ? "#" + life.id() : "\"" + life.name() + "\"");
  }

  /** The same, and where it belongs. */
  static String inFull(Thread thread) {
    Greenlet<?> greenlet = greenletOf(thread);
    return of(thread) + (greenlet == null ? "" : " of " + greenlet.loop().name());
  }

  private static @Nullable Greenlet<?> greenletOf(Thread thread) {
    Task task = thread.isVirtual() ? Task.of(thread) : null;
    return task == null ? null : task.greenlet();
  }

  /** What a wait is for. */
  static String of(Object blocker, boolean monitor) {
    if (monitor) {
      return "the monitor of " + identity(blocker.getClass().getName(), blocker);
    }
    return switch (blocker) {
      case Greenlet<?> greenlet -> "the end of greenlet \"" + greenlet.name() + "\"";
      case Owned owned -> owned.toString();
      case AbstractOwnableSynchronizer lock -> ofLock(lock);
      case Loop loop -> "time on " + loop.name();
      // Its own text lists the elements, in whose methods a report has no business.
      case BlockingQueue<?> queue ->
          identity(queue.getClass().getSimpleName(), queue) + " of " + queue.size() + " elements";
      default ->
          blocker.getClass().getName().startsWith("dev.loomlet.")
              ? blocker.toString()
              : identity(blocker.getClass().getName(), blocker);
    };
  }

  /** The JDK's locks park on a nested object of theirs, whose name says little. */
  private static String ofLock(AbstractOwnableSynchronizer lock) {
    Class<?> outer = lock.getClass();
    while (outer.getEnclosingClass() != null) {
      outer = outer.getEnclosingClass();
    }
    return identity(outer.getName(), lock);
  }

  private static String identity(String name, Object object) {
    return name + "@" + Integer.toHexString(System.identityHashCode(object));
  }
}
