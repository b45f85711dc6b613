package dev.loomlet;

import dev.loomlet.jdk.Continuations;
import dev.loomlet.sched.Step;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Gives each virtual thread that the JDK itself mounts a {@link Step}, always the same one, so that
 * policies need not tell it from a greenlet. Kept for as long as the thread's continuation, which
 * is its key. On the loop's carrier thread.
 */
final class AdoptedSteps {
  private final Map<Runnable, Adopted> steps = new WeakHashMap<>();

  private static final class Adopted extends Step {
    /** Set while it is ready only, or else the map's value would keep its key. */
    private @Nullable Runnable continuation;

    @Override
    public @Nullable Thread thread() {
      Runnable ready = continuation;
      return ready == null ? null : Continuations.threadOf(ready);
    }

    @Override
    public void run() {
      Runnable ready = Objects.requireNonNull(continuation);
      // It may become ready again while it runs.
      continuation = null;
      ready.run();
    }
  }

  /** The step of a continuation that has become ready. */
  Step of(Runnable continuation) {
    Adopted step = steps.computeIfAbsent(continuation, _ -> new Adopted());
    step.continuation = continuation;
    return step;
  }
}
