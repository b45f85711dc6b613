package dev.loomlet.cli.sched;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.cli.sched.Discipline.Settings;
import dev.loomlet.cli.sched.Job.Phase;
import dev.loomlet.cli.sched.Schedule.Outcome;
import dev.loomlet.cli.sched.Schedule.Stretch;
import dev.loomlet.sched.Attributes;
import dev.loomlet.sched.FeedbackPolicy;
import dev.loomlet.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * One processor for many jobs, each of which is a greenlet: the processor is the loop, which runs
 * one greenlet at a time, and computing is to move the loop's virtual clock.
 */
final class Processor {
  /** Jobs are told what to do before any of them comes. */
  private static final long BEFORE = Duration.ofSeconds(1).toNanos();

  private final VirtualClock clock = new VirtualClock();
  private final Discipline discipline;
  private final Settings settings;

  /** Whether what is left of a quantum is left after a wait, too. */
  private final boolean quantaSpanWaits;

  /** When somebody becomes ready by himself, as far as that is known. */
  private final PriorityQueue<Long> wakeUps = new PriorityQueue<>();

  /** Who had the processor last. */
  private @Nullable Running last;

  private Processor(Discipline discipline, Settings settings) {
    this.discipline = discipline;
    this.settings = settings;
    this.quantaSpanWaits = discipline.make(settings) instanceof FeedbackPolicy;
  }

  /** Runs jobs side by side under a policy. */
  static Schedule run(List<Job> jobs, Discipline discipline, Settings settings) throws Exception {
    Processor processor = new Processor(discipline, settings);
    return processor.run(jobs, discipline.name(), discipline.title(), false);
  }

  /** Runs jobs one after another, each to its end before the next begins. */
  static Schedule runBatch(List<Job> jobs, Discipline discipline, Settings settings)
      throws Exception {
    Processor processor = new Processor(discipline, settings);
    return processor.run(jobs, "batch", "one job after another", true);
  }

  private Schedule run(List<Job> jobs, String name, String title, boolean oneByOne)
      throws Exception {
    List<Running> all = jobs.stream().map(Running::new).toList();
    LoopOptions options =
        LoopOptions.defaults()
            .withName("processor")
            .withVirtualTime(clock)
            .withPolicy(() -> discipline.make(settings));
    Loomlet.run(
        options,
        () -> {
          if (oneByOne) {
            for (Running each : byArrival(all)) {
              each.start().get();
            }
          } else {
            for (Greenlet<?> each : all.stream().map(Running::start).toList()) {
              each.get();
            }
          }
        });
    List<Outcome> outcomes = all.stream().map(Running::outcome).toList();
    long end = outcomes.stream().mapToLong(Outcome::finish).max().orElseThrow();
    return new Schedule(name, title, outcomes, end);
  }

  private static List<Running> byArrival(List<Running> all) {
    return all.stream().sorted(Comparator.comparingLong(each -> each.job.arrival())).toList();
  }

  private long now() {
    return clock.nanoTime() - BEFORE;
  }

  /** A job on its way. */
  private final class Running {
    private final Job job;
    private final List<Stretch> stretches = new ArrayList<>();
    private long quantumUsed;
    private long finish;

    Running(Job job) {
      this.job = job;
    }

    Greenlet<?> start() {
      Greenlet<?> greenlet = Greenlet.of(job.name(), this::live);
      return greenlet.attributes(attributes(nextBurst(0))).start();
    }

    /** What the policy is told, before it becomes ready the next time. */
    private Attributes attributes(long burst) {
      long due =
          job.deadline() == Attributes.NO_DEADLINE
              ? Attributes.NO_DEADLINE
              : BEFORE + job.arrival() + job.deadline();
      return new Attributes(
          job.priority(), discipline.knowsBursts() ? burst : 0, due, job.tickets());
    }

    private long nextBurst(int from) {
      return job.phases().stream()
          .skip(from)
          .filter(Phase::computes)
          .mapToLong(Phase::nanos)
          .findFirst()
          .orElse(0);
    }

    private void live() {
      Greenlet<?> self = Objects.requireNonNull(Greenlet.current());
      sleepUntil(job.arrival());
      for (int i = 0; i < job.phases().size(); i++) {
        Phase phase = job.phases().get(i);
        if (phase.computes()) {
          compute(phase.nanos());
        } else {
          self.attributes(attributes(nextBurst(i)));
          long until = now() + phase.nanos();
          stretches.add(new Stretch(false, now(), until));
          sleepUntil(until);
        }
      }
      finish = stretches.getLast().to();
    }

    private void sleepUntil(long time) {
      if (time > now()) {
        wakeUps.add(time);
        Loomlet.sleep(Duration.ofNanos(time - now()));
      }
    }

    private void compute(long nanos) {
      if (!quantaSpanWaits) {
        quantumUsed = 0;
      }
      long left = nanos;
      while (left > 0) {
        long slice = discipline.preemptive() ? Math.min(left, slice()) : left;
        note(slice);
        clock.advance(slice);
        left -= slice;
        quantumUsed += slice;
        if (discipline.preemptive() && left > 0) {
          Loomlet.yield();
        }
      }
    }

    /** Up to the end of the quantum, or to when somebody becomes ready. */
    private long slice() {
      long quantum = settings.quantum().toNanos();
      long slice = quantum - quantumUsed % quantum;
      while (!wakeUps.isEmpty() && wakeUps.peek() <= now()) {
        wakeUps.remove();
      }
      return wakeUps.isEmpty() ? slice : Math.min(slice, wakeUps.peek() - now());
    }

    private void note(long slice) {
      long from = now();
      if (last == this && !stretches.isEmpty() && stretches.getLast().to() == from) {
        Stretch before = stretches.getLast();
        if (before.computes()) {
          stretches.removeLast();
          from = before.from();
        }
      }
      stretches.add(new Stretch(true, from, now() + slice));
      last = this;
    }

    Outcome outcome() {
      return new Outcome(job, List.copyOf(stretches), finish);
    }
  }
}
