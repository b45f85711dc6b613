package dev.loomlet.testing;

import dev.loomlet.Action;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Engines;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Runs test code on a loop with a given engine, and collects what its greenlets did not catch. */
public final class TestLoop {
  private final String engine;
  private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();

  TestLoop(String engine) {
    this.engine = engine;
  }

  /** With the engine that would be chosen automatically. */
  public static TestLoop standard() {
    return new TestLoop(Engines.AUTO);
  }

  public LoopOptions options() {
    return LoopOptions.defaults()
        .withEngine(Engines.byName(engine))
        .withUncaughtHandler((greenlet, error) -> uncaught.add(error));
  }

  /** Runs the code as the main greenlet of a fresh loop. */
  public void run(Action main) throws Exception {
    Loomlet.run(options(), main);
  }

  /** Errors that ended greenlets while nobody waited for them. */
  public List<Throwable> uncaught() {
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
