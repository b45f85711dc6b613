package dev.loomlet.cli.sched;

import dev.loomlet.cli.sched.Schedule.Outcome;
import dev.loomlet.cli.sched.Schedule.Stretch;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Schedules as tables and charts for a terminal. */
final class ScheduleText {
  private static final int WIDTH = 72;

  private final PrintStream out;
  private final char running;
  private final char ready;
  private final char waiting;
  private final String dash;

  ScheduleText(PrintStream out) {
    this.out = out;
    boolean unicode = out.charset().newEncoder().canEncode("█░·–");
    this.running = unicode ? '█' : '#';
    this.ready = unicode ? '░' : '-';
    this.waiting = unicode ? '·' : '.';
    this.dash = unicode ? "–" : "-";
  }

  void print(List<Schedule> schedules) {
    for (Schedule each : schedules) {
      print(each);
    }
    if (schedules.size() > 1) {
      compare(schedules);
    }
    out.flush();
  }

  private void print(Schedule schedule) {
    out.println(schedule.name() + " " + dash + " " + schedule.title());
    out.println();
    chart(schedule);
    out.println();
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "job", "arrival", "start", "finish", "turnaround", "waiting", "response", "switches"));
    for (Outcome each : schedule.jobs()) {
      rows.add(
          List.of(
              each.job().name(),
              Times.text(each.job().arrival()),
              Times.text(each.start()),
              Times.text(each.finish()),
              Times.text(each.turnaround()),
              Times.text(each.waiting()),
              Times.text(each.response()),
              Long.toString(each.switches())));
    }
    rows.add(
        List.of(
            "mean",
            "",
            "",
            "",
            Times.text(schedule.meanTurnaround()),
            Times.text(schedule.meanWaiting()),
            Times.text(schedule.meanResponse()),
            ""));
    table(rows);
    out.printf(
        Locale.ROOT,
        "processor used for %s of %s: %s; %d switches%n%n",
        Times.text(schedule.busy()),
        Times.text(schedule.end()),
        percent(schedule),
        schedule.switches());
  }

  private static String percent(Schedule schedule) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * schedule.utilisation());
  }

  private void compare(List<Schedule> schedules) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of("policy", "turnaround", "waiting", "response", "end", "processor", "switches"));
    for (Schedule each : schedules) {
      rows.add(
          List.of(
              each.name(),
              Times.text(each.meanTurnaround()),
              Times.text(each.meanWaiting()),
              Times.text(each.meanResponse()),
              Times.text(each.end()),
              percent(each),
              Long.toString(each.switches())));
    }
    out.println("means of all jobs");
    out.println();
    table(rows);
  }

  /** The first column stands left, all others right. */
  private void table(List<List<String>> rows) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String blanks = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? row.get(i) + blanks : "  " + blanks + row.get(i));
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private void chart(Schedule schedule) {
    Axis axis = new Axis(schedule);
    int label = schedule.jobs().stream().mapToInt(j -> j.job().name().length()).max().orElse(0);
    for (Outcome each : schedule.jobs()) {
      String blanks = " ".repeat(label - each.job().name().length());
      out.println(each.job().name() + blanks + "  " + line(each, axis).stripTrailing());
    }
    out.println(" ".repeat(label + 2) + scale(axis).stripTrailing());
    String notes = running + " computes  " + ready + " is ready  " + waiting + " waits";
    out.println(
        " ".repeat(label + 2) + notes + (axis.isToScale() ? "" : "  (longer times are shortened)"));
  }

  private String line(Outcome outcome, Axis axis) {
    char[] line = " ".repeat(WIDTH).toCharArray();
    fill(line, axis, outcome.job().arrival(), outcome.finish(), ready);
    for (Stretch each : outcome.stretches()) {
      if (!each.computes()) {
        fill(line, axis, each.from(), each.to(), waiting);
      }
    }
    for (Stretch each : outcome.stretches()) {
      if (each.computes()) {
        fill(line, axis, each.from(), each.to(), running);
      }
    }
    return new String(line);
  }

  private static void fill(char[] line, Axis axis, long from, long to, char sign) {
    int first = (int) Math.round(axis.place(from) * WIDTH);
    int last = (int) Math.round(axis.place(to) * WIDTH);
    for (int i = first; i < last; i++) {
      line[i] = sign;
    }
  }

  private static String scale(Axis axis) {
    StringBuilder scale = new StringBuilder();
    for (long mark : axis.marks(10.0 / WIDTH)) {
      String text = Times.text(mark);
      int place = (int) Math.round(axis.place(mark) * WIDTH);
      int start = place == WIDTH ? WIDTH - text.length() : place;
      if (start >= scale.length()) {
        scale.append(" ".repeat(start - scale.length())).append(text).append(' ');
      }
    }
    return scale.toString();
  }
}
