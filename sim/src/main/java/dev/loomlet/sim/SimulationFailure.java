package dev.loomlet.sim;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What was wrong in a simulation, and how to see it again. Its message has the seed, the options,
 * what everybody was waiting for and a timeline.
 */
public final class SimulationFailure extends AssertionError {
  @Serial private static final long serialVersionUID = 1;

  /** What can be wrong. */
  public enum Kind {
    /** The program threw something, or one of its greenlets that nobody waited for did. */
    PROGRAM("the program failed"),
    /** Greenlets wait for one another in a circle. */
    DEADLOCK("deadlock"),
    /** Everybody waits, nobody for another one that could go on, and no time will end it. */
    LOST_WAKE_UP("lost wake-up"),
    /** The time limit is over. */
    TIME_OUT("time-out"),
    /** Steps are taken and taken, and time does not go on. */
    LIVELOCK("livelock"),
    /** A greenlet, a descriptor or a timer was left over at the end. */
    LEAK("leak"),
    /** The program reached for something outside of the simulation. */
    ESCAPE("escape"),
    /** The same seed gave something else the next time. */
    NOT_DETERMINISTIC("not deterministic");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** In words. */
    public String text() {
      return text;
    }
  }

  private final Kind kind;
  private final long seed;
  private final transient SimOptions options;
  private final transient SimResult result;
  private final String headline;
  private final String timeline;

  /**
   * Creates the failure of a simulation that has ended.
   *
   * @param headline what was wrong, in one line
   * @param details more of it, of any number of lines
   * @param timeline what happened before, a line each
   */
  public SimulationFailure(
      Kind kind,
      String headline,
      String details,
      SimOptions options,
      SimResult result,
      String timeline,
      @Nullable Throwable cause) {
    super(message(kind, headline, details, options, result, timeline), cause);
    this.kind = kind;
    this.headline = headline;
    this.seed = result.seed();
    this.options = options;
    this.result = result;
    this.timeline = timeline;
  }

  private static String message(
      Kind kind,
      String headline,
      String details,
      SimOptions options,
      SimResult result,
      String timeline) {
    StringBuilder text = new StringBuilder();
    text.append(kind.text()).append(": ").append(headline);
    text.append("\n  seed ").append(result.seed());
    text.append("\n  options ").append(options);
    text.append("\n  after ").append(seconds(result.time())).append(" of virtual time and ");
    text.append(result.steps()).append(" steps, trace ");
    text.append(Long.toHexString(result.traceHash())).append('\n');
    if (!details.isEmpty()) {
      details.lines().forEach(line -> text.append("  ").append(line).append('\n'));
    }
    if (!timeline.isEmpty()) {
      text.append("  timeline:\n");
      timeline.lines().forEach(line -> text.append("    ").append(line).append('\n'));
    }
    String changes = options.changes();
    text.append("  to see it again: Simulation.run(").append(result.seed()).append("L, ");
    if (!changes.isEmpty()) {
      text.append("SimOptions.parse(\"").append(changes).append("\"), ");
    }
    text.append("main)\n    in a @SimTest: -Dloomlet.sim.seed=").append(result.seed());
    if (!changes.isEmpty()) {
      text.append(" '-Dloomlet.sim.options=").append(changes).append('\'');
    }
    text.append("\n    or: loomlet sim replay PROGRAM --seed ").append(result.seed());
    if (!changes.isEmpty()) {
      text.append(" --options '").append(changes).append('\'');
    }
    return text.toString();
  }

  private static String seconds(Duration time) {
    return time.toNanos() / 1e9 + " s";
  }

  /** What was wrong. */
  public Kind kind() {
    return kind;
  }

  /** The same in one line. */
  public String headline() {
    return headline;
  }

  /** Of which seed. */
  public long seed() {
    return seed;
  }

  /** With which options. */
  public SimOptions options() {
    return options;
  }

  /** How far it had come. */
  public SimResult result() {
    return result;
  }

  /** What happened before, a line each, the last one at the end. */
  public String timeline() {
    return timeline;
  }
}
