package dev.loomlet.cli.sched;

import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.sched.Discipline.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs jobs under policies, and shows what became of them. */
public final class SchedulingShow {
  /** So many slices are done in a few seconds. */
  private static final double MOST_SLICES = 20_000_000;

  private final List<Job> jobs;
  private final Settings settings;
  private final List<Schedule> schedules = new ArrayList<>();

  /**
   * Prepares a show.
   *
   * @param jobs as {@link Jobs#of} understands them
   * @throws CommandFailure if it cannot, or a setting is out of its range
   */
  public SchedulingShow(String jobs, Settings settings) throws IOException {
    this.jobs = Jobs.of(jobs);
    this.settings = settings;
  }

  /**
   * Runs the jobs side by side under each of some policies.
   *
   * @param names of policies, or {@code all}; null for the usual ones
   */
  public void compare(@Nullable List<String> names) throws Exception {
    List<Discipline> disciplines = disciplines(names == null ? Discipline.USUAL : names);
    for (Discipline each : disciplines) {
      schedules.add(Processor.run(jobs, each, settings));
    }
  }

  /**
   * Runs the jobs one after another, and then side by side under one policy or more.
   *
   * @param names of policies; null for first come, first served
   */
  public void compareBatch(@Nullable List<String> names) throws Exception {
    List<Discipline> disciplines = disciplines(names == null ? List.of("fifo") : names);
    schedules.add(Processor.runBatch(jobs, disciplines.getFirst(), settings));
    for (Discipline each : disciplines) {
      schedules.add(Processor.run(jobs, each, settings));
    }
  }

  private List<Discipline> disciplines(List<String> names) {
    try {
      List<Discipline> disciplines = Discipline.named(names);
      // Also of those that were not asked for, so that a bad setting never goes unnoticed.
      Discipline.ALL.forEach(each -> each.make(settings));
      if (disciplines.stream().anyMatch(Discipline::preemptive)) {
        refuseTooManySlices();
      }
      return disciplines;
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(String.valueOf(e.getMessage()));
    }
  }

  private void refuseTooManySlices() {
    double computing = jobs.stream().mapToDouble(Job::computing).sum();
    double slices = computing / settings.quantum().toNanos();
    if (slices > MOST_SLICES) {
      throw new IllegalArgumentException(
          String.format(
              "the jobs compute for %s, which are %.0f million quanta of %s; choose a --quantum of"
                  + " at least %s",
              Times.text(computing),
              slices / 1e6,
              Times.text(settings.quantum().toNanos()),
              Times.text(Math.ceil(computing / MOST_SLICES))));
    }
  }

  /** Prints tables and charts. */
  public void print(PrintStream out) {
    new ScheduleText(out).print(schedules);
  }

  /** Draws all schedules, one below the other. */
  public void drawSvg(Path file) throws IOException {
    ScheduleFiles.drawSvg(schedules, file);
  }

  /** Writes all figures. */
  public void writeJson(Path file) throws IOException {
    ScheduleFiles.writeJson(schedules, file);
  }
}
