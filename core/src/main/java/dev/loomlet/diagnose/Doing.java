package dev.loomlet.diagnose;

import dev.loomlet.Loop;
import dev.loomlet.jdk.ThreadInspector;
import dev.loomlet.jdk.ThreadInspector.Snapshot;
import dev.loomlet.wait.Task;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What a greenlet does, in words. */
final class Doing {
  private Doing() {}

  static String of(Task task) {
    Thread thread = task.greenlet().thread();
    Object blocker = LockSupport.getBlocker(thread);
    if (task.isWaiting()) {
      if (blocker instanceof Loop) {
        return "sleeps";
      }
      return blocker == null
          ? "waits for input or output"
          : "waits for " + Names.of(blocker, false) + (task.isTimed() ? ", for a time" : "");
    }
    if (thread == Thread.currentThread()) {
      return "runs";
    }
    return switch (thread.getState()) {
      case TIMED_WAITING ->
          blocker == null
              ? "waits for a time"
              : "waits for " + Names.of(blocker, false) + ", for a time";
      case BLOCKED, WAITING -> "waits for " + jdkBlocker(thread, blocker);
      default -> ThreadInspector.carrierOf(thread) == null ? "is ready" : "runs";
    };
  }

  private static String jdkBlocker(Thread thread, @Nullable Object parked) {
    if (parked != null) {
      return Names.of(parked, false);
    }
    Snapshot snapshot = ThreadInspector.snapshot(thread);
    if (snapshot != null && snapshot.blockedOn() != null) {
      return Names.of(snapshot.blockedOn(), true);
    }
    if (snapshot != null && snapshot.waitingOn() != null) {
      return "a notification of " + Names.of(snapshot.waitingOn(), true);
    }
    return "something unknown";
  }
}
