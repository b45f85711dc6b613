package dev.loomlet.testing;

import dev.loomlet.Action;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Engines;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** Runs test code on a loop with a given engine, and collects what its greenlets did not catch. */
public final class TestLoop {
  /**
   * Names a class that runs test code in another way, which then is the only one: a {@code
   * Consumer<Action>} with a constructor without parameters.
   */
  public static final String RUNNER = "loomlet.test.runner";

  private final String engine;
  private final @Nullable Consumer<Action> runner;
  private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();

  TestLoop(String engine) {
    this(engine, null);
  }

  private TestLoop(String engine, @Nullable Consumer<Action> runner) {
    this.engine = engine;
    this.runner = runner;
  }

  /** One for each engine that works here; or the one that {@link #RUNNER} says. */
  static Stream<TestLoop> all() {
    String other = System.getProperty(RUNNER);
    return other == null
        ? Engines.all().stream()
            .filter(Engines.Info::isAvailable)
            .map(engine -> new TestLoop(engine.name()))
        : Stream.of(new TestLoop(other, runner(other)));
  }

  @SuppressWarnings("unchecked") // says the property
  private static Consumer<Action> runner(String type) {
    try {
      return (Consumer<Action>) Class.forName(type).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** With the engine that would be chosen automatically. */
  public static TestLoop standard() {
    return new TestLoop(Engines.AUTO);
  }

  public LoopOptions options() {
    if (runner != null) {
      Assumptions.abort("a loop that the test makes itself is none of " + engine);
    }
    return LoopOptions.defaults()
        .withEngine(Engines.byName(engine))
        .withUncaughtHandler((greenlet, error) -> uncaught.add(error));
  }

  /** Runs the code as the main greenlet of a fresh loop. */
  public void run(Action main) throws Exception {
    if (runner == null) {
      Loomlet.run(options(), main);
    } else {
      runner.accept(main);
    }
  }

  /** Errors that ended greenlets while nobody waited for them. */
  public List<Throwable> uncaught() {
    if (runner != null) {
      Assumptions.abort("an error that nobody waits for is the end in " + engine);
    }
    return uncaught;
  }

  public String engine() {
    return engine;
  }

  @Override
  public String toString() {
    return engine;
  }
}
