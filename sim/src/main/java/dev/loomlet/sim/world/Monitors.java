package dev.loomlet.sim.world;

import dev.loomlet.engine.EngineContext;
import dev.loomlet.jdk.MonitorHandover;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for monitors ({@code synchronized}, {@code Object.wait}). Who is let in is up to
 * the JVM, which has only one thread to look at and so does always the same; but he is made ready
 * by a thread of the JDK's, sooner or later. So before each choice of who goes next it is waited
 * for that all have arrived who were let in, and they are put in the order in which they were made.
 */
final class Monitors {
  private record Waiting(StepInfo info, Thread thread) {}

  private final List<Waiting> waiting = new ArrayList<>();
  private @Nullable EngineContext context;
  private @Nullable MonitorHandover handover;

  void attach(EngineContext of) {
    context = of;
  }

  /** Somebody has run and is not ready. */
  void look(StepInfo info, Thread thread) {
    if (!info.inMonitor && MonitorHandover.isInMonitor(thread)) {
      info.inMonitor = true;
      waiting.add(new Waiting(info, thread));
    }
  }

  /** Somebody has become ready. */
  void left(StepInfo info) {
    info.inMonitor = false;
    waiting.removeIf(each -> each.info == info);
  }

  void dropDead() {
    waiting.removeIf(each -> !each.info.isAlive());
  }

  /** Has all arrive who were let in. */
  void settle(ArrayDeque<Runnable> tasks, ReadyList ready) {
    EngineContext from = context;
    if (from == null || !mayAnyoneArrive()) {
      return;
    }
    MonitorHandover sure = handover;
    if (sure == null) {
      sure = new MonitorHandover();
      handover = sure;
    }
    sure.settle();
    int before = ready.size();
    from.takeSubmitted();
    // Threads that the JDK mounts come by way of a task.
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    ready.sortFrom(before);
  }

  private boolean mayAnyoneArrive() {
    for (int i = 0; i < waiting.size(); i++) {
      if (MonitorHandover.mayBecomeReady(waiting.get(i).thread)) {
        return true;
      }
    }
    return false;
  }

  void end() {
    MonitorHandover made = handover;
    if (made != null) {
      made.end();
      handover = null;
    }
  }
}
