package dev.loomlet.sim;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.StringJoiner;

/**
 * How a simulation is run. Immutable. Its text, which a failure prints, can be {@linkplain #parse
 * read back}.
 *
 * @param schedule how it is decided who runs next
 * @param timeLimit how much virtual time it may take; more is a failure
 * @param stepLimit how many steps may be taken without time going on; more is a failure
 * @param start the date on its clock at the beginning
 * @param swarm which faults each seed may have; {@link Swarm#NONE} for none but those that the
 *     program itself asks for
 * @param leaksAllowed whether greenlets, descriptors and timers may be left over at the end
 */
public record SimOptions(
    Schedule schedule,
    Duration timeLimit,
    long stepLimit,
    Instant start,
    Swarm swarm,
    boolean leaksAllowed) {

  private static final SimOptions DEFAULTS =
      new SimOptions(
          Schedule.random(),
          Duration.ofHours(1),
          1_000_000,
          Instant.parse("2000-01-01T00:00:00Z"),
          Swarm.NONE,
          false);

  /** Checks the ranges. */
  public SimOptions {
    if (!timeLimit.isPositive()) {
      throw new IllegalArgumentException("the time limit must be more than 0, not " + timeLimit);
    }
    if (stepLimit < 1) {
      throw new IllegalArgumentException("the step limit must be at least 1, not " + stepLimit);
    }
  }

  /**
   * A random schedule, an hour of virtual time, a million steps without time going on, no faults,
   * no leaks.
   */
  public static SimOptions defaults() {
    return DEFAULTS;
  }

  /** The same with another schedule. */
  public SimOptions withSchedule(Schedule newSchedule) {
    return new SimOptions(newSchedule, timeLimit, stepLimit, start, swarm, leaksAllowed);
  }

  /** The same with another limit of virtual time. */
  public SimOptions withTimeLimit(Duration newLimit) {
    return new SimOptions(schedule, newLimit, stepLimit, start, swarm, leaksAllowed);
  }

  /** The same with another limit of steps without time going on. */
  public SimOptions withStepLimit(long newLimit) {
    return new SimOptions(schedule, timeLimit, newLimit, start, swarm, leaksAllowed);
  }

  /** The same beginning at another date. */
  public SimOptions withStart(Instant newStart) {
    return new SimOptions(schedule, timeLimit, stepLimit, newStart, swarm, leaksAllowed);
  }

  /** The same with other faults. */
  public SimOptions withSwarm(Swarm newSwarm) {
    return new SimOptions(schedule, timeLimit, stepLimit, start, newSwarm, leaksAllowed);
  }

  /** The same with leaks being a failure or not. */
  public SimOptions withLeaksAllowed(boolean allowed) {
    return new SimOptions(schedule, timeLimit, stepLimit, start, swarm, allowed);
  }

  /** The settings that are not the usual ones, as {@link #parse} reads them; empty if all are. */
  public String changes() {
    StringJoiner text = new StringJoiner(",");
    String[] own = toString().split(",", -1);
    String[] usual = DEFAULTS.toString().split(",", -1);
    for (int i = 0; i < own.length; i++) {
      if (!own[i].equals(usual[i])) {
        text.add(own[i]);
      }
    }
    return text.toString();
  }

  /**
   * Reads what {@link #toString} writes: settings separated by commas, of which any may be left
   * out, such as {@code schedule=pct:3:1000,timeLimit=PT5M}.
   *
   * @throws IllegalArgumentException if one is unknown or has no meaning
   */
  public static SimOptions parse(String text) {
    SimOptions options = defaults();
    for (String each : text.split(",", -1)) {
      if (!each.isBlank()) {
        options = options.with(each.strip());
      }
    }
    return options;
  }

  private SimOptions with(String setting) {
    int equals = setting.indexOf('=');
    String name = equals < 0 ? setting : setting.substring(0, equals);
    String value = setting.substring(equals + 1);
    try {
      return switch (name) {
        case "schedule" -> withSchedule(Schedule.parse(value));
        case "timeLimit" -> withTimeLimit(Duration.parse(value));
        case "stepLimit" -> withStepLimit(Long.parseLong(value));
        case "start" -> withStart(Instant.parse(value));
        case "swarm" -> withSwarm(Swarm.parse(value));
        case "leaksAllowed" -> withLeaksAllowed(Boolean.parseBoolean(value));
        default ->
            throw new IllegalArgumentException(
                "unknown option '"
                    + name
                    + "' of a simulation: use schedule, timeLimit, stepLimit, start, swarm or"
                    + " leaksAllowed");
      };
    } catch (DateTimeParseException | NumberFormatException e) {
      throw new IllegalArgumentException(
          "the option '" + setting + "' of a simulation has no meaning: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "schedule="
        + schedule
        + ",timeLimit="
        + timeLimit
        + ",stepLimit="
        + stepLimit
        + ",start="
        + start
        + ",swarm="
        + swarm
        + ",leaksAllowed="
        + leaksAllowed;
  }
}
