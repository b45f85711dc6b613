package dev.loomlet.cli.sched;

import java.util.List;

/**
 * What became of the jobs under a policy. All times from the beginning, in nanoseconds.
 *
 * @param name of the policy or of the way of working
 * @param title for people
 * @param jobs in the order in which they were named
 * @param end when the last of them was done
 */
record Schedule(String name, String title, List<Outcome> jobs, long end) {

  /**
   * A stretch of time in which a job did one thing.
   *
   * @param computes whether it had the processor; else it waited of its own accord
   */
  record Stretch(boolean computes, long from, long to) {}

  /** What became of one job. */
  record Outcome(Job job, List<Stretch> stretches, long finish) {

    /** When it had the processor for the first time. */
    long start() {
      return stretches.stream().filter(Stretch::computes).findFirst().orElseThrow().from();
    }

    /** From arrival to finish. */
    long turnaround() {
      return finish - job.arrival();
    }

    /** How long it was ready and did not have the processor. */
    long waiting() {
      return turnaround() - job.computing() - job.waiting();
    }

    /** From arrival to start. */
    long response() {
      return start() - job.arrival();
    }

    /** How often the processor was switched to it. */
    long switches() {
      return stretches.stream().filter(Stretch::computes).count();
    }
  }

  /** How long the processor was used. */
  long busy() {
    return jobs.stream().mapToLong(each -> each.job().computing()).sum();
  }

  /** Which share of the time. */
  double utilisation() {
    return (double) busy() / end;
  }

  long switches() {
    return jobs.stream().mapToLong(Outcome::switches).sum();
  }

  double meanTurnaround() {
    return jobs.stream().mapToLong(Outcome::turnaround).average().orElseThrow();
  }

  double meanWaiting() {
    return jobs.stream().mapToLong(Outcome::waiting).average().orElseThrow();
  }

  double meanResponse() {
    return jobs.stream().mapToLong(Outcome::response).average().orElseThrow();
  }
}
