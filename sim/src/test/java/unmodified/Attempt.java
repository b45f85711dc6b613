package unmodified;

import dev.loomlet.sim.Simulation;
import java.time.Duration;

/** Something that may fail. */
@FunctionalInterface
interface Attempt {
  Object run() throws Exception;

  /** What it gives, or which error, and after how many milliseconds. */
  static String attempt(Simulation sim, Attempt attempt) {
    Duration before = sim.time();
    Object outcome;
    try {
      outcome = attempt.run();
    } catch (Exception e) {
      outcome = e.getClass().getSimpleName();
    }
    return outcome + " after " + sim.time().minus(before).toMillis();
  }
}
