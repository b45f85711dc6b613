package dev.loomlet.cli.sched;

import dev.loomlet.bench.GanttChart;
import dev.loomlet.bench.Json;
import dev.loomlet.cli.sched.Schedule.Outcome;
import dev.loomlet.cli.sched.Schedule.Stretch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Schedules as a drawing and as JSON. */
final class ScheduleFiles {
  private ScheduleFiles() {}

  static void drawSvg(List<Schedule> schedules, Path file) throws IOException {
    GanttChart chart =
        new GanttChart(
            "Who had the processor", "full: computes; pale: is ready; line: waits for something");
    for (Schedule each : schedules) {
      Axis axis = new Axis(each);
      String title =
          String.format(
              Locale.ROOT,
              "%s, mean waiting %s%s",
              each.title(),
              Times.text(each.meanWaiting()),
              axis.isToScale() ? "" : " (longer times are shortened)");
      GanttChart.Panel panel = chart.panel(title);
      for (Outcome job : each.jobs()) {
        String name = job.job().name();
        panel.ready(name, axis.place(job.job().arrival()), axis.place(job.finish()));
        for (Stretch stretch : job.stretches()) {
          double from = axis.place(stretch.from());
          double to = axis.place(stretch.to());
          if (stretch.computes()) {
            panel.runs(name, from, to);
          } else {
            panel.waits(name, from, to);
          }
        }
      }
      for (long mark : axis.marks(0.12)) {
        panel.mark(axis.place(mark), Times.text(mark));
      }
    }
    chart.writeSvg(file);
  }

  static void writeJson(List<Schedule> schedules, Path file) throws IOException {
    List<Object> all = new ArrayList<>();
    for (Schedule each : schedules) {
      Map<String, Object> schedule = new LinkedHashMap<>();
      schedule.put("policy", each.name());
      schedule.put("title", each.title());
      schedule.put("jobs", each.jobs().stream().map(ScheduleFiles::json).toList());
      schedule.put("meanTurnaround", seconds(each.meanTurnaround()));
      schedule.put("meanWaiting", seconds(each.meanWaiting()));
      schedule.put("meanResponse", seconds(each.meanResponse()));
      schedule.put("end", seconds(each.end()));
      schedule.put("utilisation", each.utilisation());
      schedule.put("switches", each.switches());
      all.add(schedule);
    }
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("unit", "s");
    root.put("schedules", all);
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(file, Json.write(root) + "\n");
  }

  private static Map<String, Object> json(Outcome outcome) {
    Map<String, Object> job = new LinkedHashMap<>();
    job.put("job", outcome.job().name());
    job.put("arrival", seconds(outcome.job().arrival()));
    job.put("start", seconds(outcome.start()));
    job.put("finish", seconds(outcome.finish()));
    job.put("turnaround", seconds(outcome.turnaround()));
    job.put("waiting", seconds(outcome.waiting()));
    job.put("response", seconds(outcome.response()));
    job.put("switches", outcome.switches());
    List<Object> stretches = new ArrayList<>();
    for (Stretch each : outcome.stretches()) {
      Map<String, Object> stretch = new LinkedHashMap<>();
      stretch.put("does", each.computes() ? "compute" : "wait");
      stretch.put("from", seconds(each.from()));
      stretch.put("to", seconds(each.to()));
      stretches.add(stretch);
    }
    job.put("stretches", stretches);
    return job;
  }

  private static double seconds(long nanos) {
    return seconds((double) nanos);
  }

  private static double seconds(double nanos) {
    return nanos / 1e9;
  }
}
