package dev.loomlet.diagnose;

import dev.loomlet.jdk.JdkFrames;
import dev.loomlet.jdk.ThreadInspector;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.WatchedLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Samples which step each loop is in.
 *
 * <p>Time is counted in samples: a sample that comes late counts as one that was in time. So if the
 * whole JVM stood still, because of a collection or because it was stopped, or the machine has no
 * time for it, then nobody is blamed.
 */
final class HogSearch {
  private final long limitNanos;
  private final long intervalNanos;
  private final Map<WatchedLoop, Sample> samples = new WeakHashMap<>();

  private static final class Sample {
    long step;
    long nanos;
    boolean reported;
  }

  /**
   * Creates a search.
   *
   * @param intervalNanos between two samples
   */
  HogSearch(long limitNanos, long intervalNanos) {
    this.limitNanos = limitNanos;
    this.intervalNanos = intervalNanos;
  }

  /** Takes a sample, and returns what it found for the first time. */
  List<Hog> sample(List<WatchedLoop> loops) {
    List<Hog> found = new ArrayList<>();
    for (WatchedLoop loop : loops) {
      Sample sample = samples.computeIfAbsent(loop, _ -> new Sample());
      long step = loop.step();
      if (step <= 0 || step != sample.step) {
        sample.step = step;
        sample.nanos = 0;
        sample.reported = false;
        continue;
      }
      sample.nanos += intervalNanos;
      // Alone, it keeps nobody waiting.
      if (sample.nanos >= limitNanos && !sample.reported && loop.taskCount() > 1) {
        Hog hog = look(loop, step, sample.nanos);
        if (hog != null) {
          sample.reported = true;
          found.add(hog);
        }
      }
    }
    return found;
  }

  private static @Nullable Hog look(WatchedLoop loop, long step, long nanos) {
    Thread owner = loop.owner();
    Thread mounted = owner;
    for (Task task : loop.tasks()) {
      Thread thread = task.greenlet().thread();
      if (ThreadInspector.carrierOf(thread) == owner) {
        mounted = thread;
        break;
      }
    }
    Thread.State state = mounted == owner ? Thread.State.RUNNABLE : mounted.getState();
    StackTraceElement[] stack = mounted.getStackTrace();
    if (loop.step() != step || isLoading(stack)) {
      return null;
    }
    String name = mounted == owner ? "a virtual thread" : Names.of(mounted);
    List<StackTraceElement> frames = List.of(stack);
    return new Hog(name, loop.name(), Duration.ofNanos(nanos), Pin.placeOf(state, frames), frames);
  }

  /** The first use of classes is slow, is not the program's to change, and passes. */
  private static boolean isLoading(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      if (JdkFrames.isLoading(frame)) {
        return true;
      }
    }
    return false;
  }
}
