package dev.loomlet.cli.sched;

import dev.loomlet.cli.sched.Schedule.Outcome;
import dev.loomlet.cli.sched.Schedule.Stretch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * Where a time stands in a chart. True to scale, unless that would make stretches invisible beside
 * others: then longer ones are drawn longer, by the logarithm only.
 */
final class Axis {
  /** Stretches this many times as long as the shortest can still be drawn beside it. */
  private static final double VISIBLE = 40;

  private final long[] times;

  /** The place of each of the times, from 0 to 1. */
  private final double[] places;

  private final boolean toScale;

  Axis(Schedule schedule) {
    TreeSet<Long> changes = new TreeSet<>();
    changes.add(0L);
    changes.add(schedule.end());
    for (Outcome job : schedule.jobs()) {
      changes.add(job.job().arrival());
      for (Stretch each : job.stretches()) {
        changes.add(each.from());
        changes.add(each.to());
      }
    }
    this.times = changes.stream().mapToLong(Long::longValue).toArray();
    long[] lengths = new long[times.length - 1];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = times[i + 1] - times[i];
    }
    long shortest = Arrays.stream(lengths).min().orElseThrow();
    this.toScale = schedule.end() <= VISIBLE * shortest * lengths.length;
    this.places = new double[times.length];
    for (int i = 0; i < lengths.length; i++) {
      double ratio = (double) lengths[i] / shortest;
      places[i + 1] = places[i] + (toScale ? ratio : 1 + Math.log(ratio) / Math.log(2));
    }
    double all = places[lengths.length];
    for (int i = 0; i < places.length; i++) {
      places[i] /= all;
    }
  }

  boolean isToScale() {
    return toScale;
  }

  /** The place of a time at which something changes, from 0 to 1. */
  double place(long time) {
    return places[Arrays.binarySearch(times, time)];
  }

  /** Some of the times, with room between them, the first and the last among them. */
  List<Long> marks(double room) {
    List<Long> marks = new ArrayList<>();
    double last = -1;
    for (int i = 0; i < times.length - 1; i++) {
      if (places[i] - last >= room && 1 - places[i] >= room) {
        marks.add(times[i]);
        last = places[i];
      }
    }
    marks.add(times[times.length - 1]);
    return marks;
  }
}
