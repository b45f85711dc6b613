package dev.loomlet.cli;

import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.exit.ExitCode;
import dev.loomlet.cli.sched.Discipline;
import dev.loomlet.cli.sched.Discipline.Settings;
import dev.loomlet.cli.sched.Jobs;
import dev.loomlet.cli.sched.SchedulingShow;
import dev.loomlet.cli.sched.Times;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code loomlet sched}. */
@Command(
    name = "sched",
    header = "Shows what scheduling policies make of the same jobs, in virtual time.",
    description =
        "The jobs are greenlets on a loop whose clock only moves when they compute, or when all of"
            + " them wait; so hours are done at once.")
final class SchedCommand implements Callable<Integer> {
  @Mixin final HelpOption help = new HelpOption();

  @Option(
      names = "--policy",
      paramLabel = "NAME",
      split = ",",
      completionCandidates = Names.class,
      description = "some of ${COMPLETION-CANDIDATES} (fifo,sjf,rr,mlfq)")
  @Nullable List<String> policies;

  @Option(
      names = "--jobs",
      paramLabel = "JOBS",
      description =
          "times such as 3s,3h,3s,3s, with waits in between as in 2s/1s/2s; or a FILE; or generated"
              + "[:SEED]")
  @Nullable String jobs;

  @Option(
      names = "--batch",
      description =
          "one job after another, against all of them at once; fifo if not told otherwise")
  boolean batch;

  @Option(
      names = "--quantum",
      paramLabel = "TIME",
      defaultValue = "1s",
      description = "how long a job keeps the processor where policies take it away (1s)")
  String quantum = "1s";

  @Option(
      names = "--levels",
      paramLabel = "N",
      defaultValue = "3",
      description = "of mlfq; each has twice the quantum of the one above (3)")
  int levels;

  @Option(
      names = "--boost",
      paramLabel = "TIME",
      defaultValue = "1m",
      description = "after how much computing mlfq brings all jobs back to the top (1m)")
  String boost = "1m";

  @Option(
      names = "--alpha",
      paramLabel = "X",
      defaultValue = "0.5",
      description = "how much the last burst counts in predictions, from 0 to 1 (0.5)")
  double alpha;

  @Option(
      names = "--ageing",
      paramLabel = "N",
      defaultValue = "0",
      description = "after how many decisions waiting lifts a job by one priority; 0 for never (0)")
  int ageing;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "of lottery, random and pct (1)")
  long seed;

  @Option(names = "--svg", paramLabel = "FILE", description = "where to draw the charts")
  @Nullable Path svg;

  @Option(names = "--json", paramLabel = "FILE", description = "where to write all figures")
  @Nullable Path json;

  /** For help and shell completion. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Stream.concat(Discipline.ALL.stream().map(Discipline::name), Stream.of("all"))
          .iterator();
    }
  }

  @Override
  public Integer call() throws Exception {
    OutputFile.require("--svg", svg);
    OutputFile.require("--json", json);
    // Says what is wrong with the JVM, if anything is.
    EngineChoice.apply(null);
    String chosen = jobs != null ? jobs : batch ? Jobs.WAITING : Jobs.USUAL;
    SchedulingShow show = new SchedulingShow(chosen, settings());
    if (batch) {
      show.compareBatch(policies);
    } else {
      show.compare(policies);
    }
    show.print(System.out);
    if (svg != null) {
      show.drawSvg(svg);
    }
    if (json != null) {
      show.writeJson(json);
    }
    return ExitCode.OK;
  }

  private Settings settings() {
    try {
      return new Settings(
          Duration.ofNanos(Times.parsePositive("--quantum", quantum)),
          levels,
          Duration.ofNanos(Times.parsePositive("--boost", boost)),
          alpha,
          ageing,
          seed);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(String.valueOf(e.getMessage()));
    }
  }
}
