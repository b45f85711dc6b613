package dev.loomlet.diagnose;

import dev.loomlet.LoopExit;
import dev.loomlet.jdk.ThreadInspector;
import dev.loomlet.wait.Bystanders;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.WatchedLoop;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks whether anything can ever happen again.
 *
 * <p>A loop is stalled if it sleeps without a timer and none of its greenlets waits for input or
 * output. But another thread could always wake it, so nothing is said unless every thread of the
 * JVM is of one kind of these: the JVM's own, which run no code of a program; a watch; an idle
 * worker of a {@code ForkJoinPool}, among them the carriers of the JDK's virtual threads; the owner
 * of a stalled loop; a thread that waits without a limit, in Java, which needs one of the others to
 * go on. A thread in a system call, in a timed wait or running means that there is hope; so does a
 * handler for a signal.
 */
final class StallSearch {
  /** In how many looks in a row it must be so. */
  private static final int LOOKS = 3;

  /** How many of those who wait are named. */
  private static final int NAMED = 100;

  private final IdentityHashMap<WatchedLoop, Long> before = new IdentityHashMap<>();
  private int looks;

  /** Looks, and tells the loops that wait for what will not come. */
  void look(List<WatchedLoop> loops) {
    if (!isStalled(loops)) {
      looks = 0;
      before.clear();
      return;
    }
    // A loop that was awake in between has taken steps.
    boolean unchanged = before.size() == loops.size();
    for (WatchedLoop loop : loops) {
      Long step = before.put(loop, loop.step());
      unchanged &= step != null && step == loop.step();
    }
    looks = unchanged ? looks + 1 : 1;
    if (looks >= LOOKS) {
      looks = 0;
      before.clear();
      for (WatchedLoop loop : loops) {
        if (loop.canGiveUp()) {
          loop.giveUp(new LoopExit(describe(loop)));
        }
      }
    }
  }

  private boolean isStalled(List<WatchedLoop> loops) {
    boolean anybody = false;
    for (WatchedLoop loop : loops) {
      if (loop.isRunning()) {
        anybody |= loop.canGiveUp();
        if (!loop.isAsleep()) {
          return false;
        }
      }
    }
    return anybody
        && loops.stream().filter(WatchedLoop::isRunning).noneMatch(this::expectsInput)
        && !ThreadInspector.handlesSignals()
        && ThreadInspector.platformThreads().stream().allMatch(each -> isHarmless(each, loops));
  }

  /** Waits of a greenlet that end by themselves, though the loop has no timer, are for input. */
  private boolean expectsInput(WatchedLoop loop) {
    for (Task task : loop.tasks()) {
      if (task.isWaiting() && task.isTimed()) {
        return true;
      }
    }
    return false;
  }

  private boolean isHarmless(Thread thread, List<WatchedLoop> loops) {
    if (Watch.isWatch(thread)
        || Bystanders.contains(thread)
        || ThreadInspector.isOfTheJvm(thread)) {
      return true;
    }
    for (WatchedLoop loop : loops) {
      if (loop.owner() == thread && loop.isRunning()) {
        return true;
      }
    }
    return switch (thread.getState()) {
      case WAITING, BLOCKED, TERMINATED -> true;
      case TIMED_WAITING ->
          thread instanceof ForkJoinWorkerThread worker
              && LockSupport.getBlocker(thread) == worker.getPool();
      default -> false;
    };
  }

  private static String describe(WatchedLoop loop) {
    List<Task> tasks = new ArrayList<>(loop.tasks()).reversed();
    StringBuilder text = new StringBuilder(loop.name());
    text.append(
        " can never go on: nothing is ready, no timer runs, no input is awaited, and no other"
            + " thread could wake it");
    for (Task task : tasks.subList(0, Math.min(NAMED, tasks.size()))) {
      Thread thread = task.greenlet().thread();
      text.append("\n    ")
          .append(Names.of(thread))
          .append(' ')
          .append(Doing.of(task))
          .append(Stacks.place(List.of(thread.getStackTrace())))
          .append(Others.of(thread, LockSupport.getBlocker(thread)));
    }
    if (tasks.size() > NAMED) {
      text.append("\n    and ").append(tasks.size() - NAMED).append(" others");
    }
    Thread owner = loop.owner();
    Object blocker = LockSupport.getBlocker(owner);
    String others = Others.of(owner, blocker);
    if (blocker != null && !others.isEmpty()) {
      text.append("\n    ")
          .append(Names.of(owner))
          .append(" waits for ")
          .append(Names.of(blocker, false))
          .append(others);
    }
    return text.toString();
  }
}
