package dev.loomlet.cli.sched;

import dev.loomlet.sched.DeadlinePolicy;
import dev.loomlet.sched.FeedbackPolicy;
import dev.loomlet.sched.FifoPolicy;
import dev.loomlet.sched.LotteryPolicy;
import dev.loomlet.sched.PctPolicy;
import dev.loomlet.sched.Policy;
import dev.loomlet.sched.PriorityPolicy;
import dev.loomlet.sched.RandomPolicy;
import dev.loomlet.sched.RoundRobinPolicy;
import dev.loomlet.sched.ShortestJobPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A policy, and how jobs behave under it.
 *
 * @param name as in {@code --policy}
 * @param title for people
 * @param preemptive whether jobs yield: after each quantum, and whenever somebody becomes ready;
 *     otherwise they keep the processor until they wait
 * @param knowsBursts whether the policy is told how long jobs will compute
 * @param policy makes it
 */
public record Discipline(
    String name,
    String title,
    boolean preemptive,
    boolean knowsBursts,
    Function<Settings, Policy> policy) {

  /** All of them, the four of the course first. */
  public static final List<Discipline> ALL =
      List.of(
          new Discipline("fifo", "first come, first served", false, false, _ -> new FifoPolicy()),
          new Discipline("sjf", "shortest job first", false, true, _ -> new ShortestJobPolicy()),
          new Discipline(
              "rr", "round robin", true, false, all -> new RoundRobinPolicy(all.quantum())),
          new Discipline(
              "mlfq",
              "multilevel feedback queue",
              true,
              false,
              all -> new FeedbackPolicy(all.levels(), all.quantum(), all.boost())),
          new Discipline(
              "srtf", "shortest remaining time first", true, true, _ -> new ShortestJobPolicy()),
          new Discipline(
              "predicted",
              "shortest job first, predicted by exponential average",
              false,
              false,
              all -> new ShortestJobPolicy(all.alpha(), Duration.ZERO)),
          new Discipline(
              "priority",
              "greatest priority first, equals take turns",
              true,
              false,
              all -> all.ageing() == 0 ? new PriorityPolicy() : new PriorityPolicy(all.ageing())),
          new Discipline("edf", "earliest deadline first", true, false, _ -> new DeadlinePolicy()),
          new Discipline("lottery", "lottery", true, false, all -> new LotteryPolicy(all.seed())),
          new Discipline("random", "by chance", true, false, all -> new RandomPolicy(all.seed())),
          new Discipline(
              "pct",
              "probabilistic concurrency testing, depth 3",
              true,
              false,
              all -> new PctPolicy(all.seed(), 3, 100)));

  /** Names of those that are shown if the user names none. */
  static final List<String> USUAL = List.of("fifo", "sjf", "rr", "mlfq");

  private static final String EVERY = "all";

  /**
   * What some of the policies can be set to.
   *
   * @param quantum how long a job keeps the processor
   * @param levels of the multilevel feedback queue
   * @param boost after how much computing all its jobs are back at the top
   * @param alpha how much the last burst counts in predictions
   * @param ageing after how many decisions a job counts as one priority more; 0 for never
   * @param seed of chance
   */
  public record Settings(
      Duration quantum, int levels, Duration boost, double alpha, int ageing, long seed) {}

  /**
   * Those that are meant by a list of names.
   *
   * @throws IllegalArgumentException if there is no such policy
   */
  static List<Discipline> named(List<String> names) {
    List<Discipline> found = new ArrayList<>();
    for (String name : names) {
      if (name.equals(EVERY)) {
        return ALL;
      }
      Discipline one =
          ALL.stream()
              .filter(each -> each.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "there is no policy '"
                              + name
                              + "'; choose among "
                              + String.join(", ", ALL.stream().map(Discipline::name).toList())
                              + " and "
                              + EVERY));
      if (!found.contains(one)) {
        found.add(one);
      }
    }
    return found;
  }

  /** Makes its policy, and so finds out whether the settings are within their ranges. */
  Policy make(Settings settings) {
    return policy.apply(settings);
  }
}
