package dev.loomlet.sim;

import dev.loomlet.Action;
import java.util.function.Consumer;

/** Runs tests of other modules in a simulation, first in, first out, as loops do it. */
public final class SimulatedRunner implements Consumer<Action> {
  private static final SimOptions OPTIONS =
      SimOptions.parse("schedule=fifo,leaksAllowed=true,timeLimit=P1000D");

  /** Creates one; by reflection. */
  public SimulatedRunner() {}

  @Override
  public void accept(Action test) {
    try {
      Simulation.run(
          1,
          OPTIONS,
          sim -> {
            sim.network().fragmentation(0);
            test.run();
          });
    } catch (SimulationFailure e) {
      Throwable cause = e.getCause();
      if (e.kind() == SimulationFailure.Kind.PROGRAM && cause != null) {
        // What a test throws is what it throws.
        throw SimulatedRunner.<RuntimeException>sneaky(cause);
      }
      throw e;
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E sneaky(Throwable error) throws E {
    throw (E) error;
  }
}
