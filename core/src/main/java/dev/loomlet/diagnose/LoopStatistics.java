package dev.loomlet.diagnose;

import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Engine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Counts what loops do: give it the options that a loop is made with. Costs two readings of the
 * machine's clock for each step, and nothing on loops that are made without it. Thread-safe.
 */
public final class LoopStatistics {
  private final List<Counted> loops = new CopyOnWriteArrayList<>();

  /** What a loop's policy and engine tell. */
  private record Counted(String name, StepCounter steps, Engine engine) {}

  /** Creates one that counts nothing yet. */
  public LoopStatistics() {}

  /**
   * What one loop has done so far.
   *
   * @param loop its name
   * @param engine how it does I/O
   * @param started virtual threads that have begun to run on it, greenlets and others
   * @param switches how often one of them was mounted
   * @param systemCalls see {@link Engine#systemCalls}; -1 if they are not counted
   * @param longestStep the longest time between two waits of a thread
   * @param longestStepBy whose it was, or null if there was none
   */
  public record Figures(
      String loop,
      String engine,
      long started,
      long switches,
      long systemCalls,
      Duration longestStep,
      @Nullable String longestStepBy) {}

  /**
   * The same options, for one loop whose steps are then counted.
   *
   * @param options named, or the loop is called {@code loop}
   */
  public LoopOptions count(LoopOptions options) {
    String name = options.name() == null ? "loop" : options.name();
    // A loop makes its policy first and then its engine.
    AtomicReference<@Nullable StepCounter> made = new AtomicReference<>();
    return options
        .withPolicy(
            () -> {
              StepCounter counter = new StepCounter(options.policy().get());
              made.set(counter);
              return counter;
            })
        .withEngine(
            context -> {
              Engine engine = options.engine().open(context);
              loops.add(new Counted(name, Objects.requireNonNull(made.get()), engine));
              return engine;
            });
  }

  /** What the loops have done, in the order in which they were made. An estimate while they run. */
  public List<Figures> figures() {
    List<Figures> all = new ArrayList<>();
    for (Counted each : loops) {
      StepCounter steps = each.steps();
      all.add(
          new Figures(
              each.name(),
              each.engine().name(),
              steps.started(),
              steps.switches(),
              each.engine().systemCalls(),
              Duration.ofNanos(steps.longestNanos()),
              steps.longestBy()));
    }
    return all;
  }
}
