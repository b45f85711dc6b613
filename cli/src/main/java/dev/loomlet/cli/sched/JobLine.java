package dev.loomlet.cli.sched;

import dev.loomlet.cli.sched.Job.Phase;
import dev.loomlet.sched.Attributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A line of a file of jobs: {@code NAME [arrival=TIME] [priority=N] [deadline=TIME] [tickets=N]:
 * compute TIME, wait TIME, …}. A time alone is one of computing.
 */
final class JobLine {
  static final String EXAMPLE = "'B arrival=1s priority=2: compute 2s, wait 1s, compute 2s'";

  private long arrival;
  private int priority;
  private long deadline = Attributes.NO_DEADLINE;
  private int tickets = 1;

  private JobLine() {}

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException if it is not like that, saying what is wrong
   */
  static Job parse(String line) {
    int colon = line.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("there is no colon behind the name, as in " + EXAMPLE);
    }
    String[] head = line.substring(0, colon).strip().split("\\s+", -1);
    String name = head[0];
    if (name.isEmpty() || name.contains("=")) {
      throw new IllegalArgumentException("a job begins with its name, as in " + EXAMPLE);
    }
    JobLine settings = new JobLine();
    Set<String> seen = new HashSet<>();
    for (int i = 1; i < head.length; i++) {
      settings.set(head[i], seen);
    }
    return settings.job(name, phases(line.substring(colon + 1)));
  }

  private Job job(String name, List<Phase> phases) {
    return new Job(name, arrival, priority, deadline, tickets, phases);
  }

  private void set(String setting, Set<String> seen) {
    int equals = setting.indexOf('=');
    String key = equals < 0 ? setting : setting.substring(0, equals);
    String value = equals < 0 ? "" : setting.substring(equals + 1);
    if (!seen.add(key)) {
      throw new IllegalArgumentException("'" + key + "' is given twice");
    }
    switch (key) {
      case "arrival" -> arrival = Times.parse("an arrival", value);
      case "deadline" -> deadline = Times.parsePositive("a deadline", value);
      case "priority" ->
          priority = number("a priority", value, Attributes.MIN_PRIORITY, Attributes.MAX_PRIORITY);
      case "tickets" -> tickets = number("a number of tickets", value, 1, Attributes.MAX_TICKETS);
      default ->
          throw new IllegalArgumentException(
              "there is no '"
                  + setting
                  + "'; before the colon may stand arrival=TIME, priority=N, deadline=TIME and"
                  + " tickets=N");
    }
  }

  private static int number(String what, String text, int least, int most) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, with the range.
    }
    throw new IllegalArgumentException(
        what + " is from " + least + " to " + most + ", not '" + text + "'");
  }

  private static List<Phase> phases(String text) {
    List<Phase> phases = new ArrayList<>();
    for (String each : text.split(",", -1)) {
      phases.add(phase(each.strip()));
    }
    if (phases.stream().noneMatch(Phase::computes)) {
      throw new IllegalArgumentException("a job must compute something, as in " + EXAMPLE);
    }
    return phases;
  }

  private static Phase phase(String text) {
    String[] words = text.split("\\s+", -1);
    if (words.length == 1 && text.matches("[-+.\\d].*")) {
      return new Phase(true, Times.parsePositive("the time of a job", text));
    }
    if (words.length == 2 && words[0].equals("compute")) {
      return new Phase(true, Times.parsePositive("what a job computes", words[1]));
    }
    if (words.length == 2 && words[0].equals("wait")) {
      return new Phase(false, Times.parsePositive("what a job waits", words[1]));
    }
    throw new IllegalArgumentException(
        "'" + text + "' is nothing a job does; write 'compute 2s', 'wait 1s', or only '2s'");
  }
}
