package dev.loomlet.sched;

import java.time.Duration;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The policies by name, with settings that suit a loop of real time. */
public final class Policies {
  private static final Duration QUANTUM = Duration.ofMillis(10);
  private static final int PCT_DEPTH = 3;
  private static final long PCT_STEPS = 10_000;

  private static final List<Kind> KINDS =
      List.of(
          new Kind("fifo", false, _ -> new FifoPolicy()),
          new Kind("priority", false, _ -> new PriorityPolicy()),
          new Kind("sjf", false, _ -> new ShortestJobPolicy()),
          new Kind("rr", false, _ -> new RoundRobinPolicy(QUANTUM)),
          new Kind("mlfq", false, _ -> new FeedbackPolicy()),
          new Kind("edf", false, _ -> new DeadlinePolicy()),
          new Kind("lottery", true, LotteryPolicy::new),
          new Kind("random", true, RandomPolicy::new),
          new Kind("pct", true, seed -> new PctPolicy(seed, PCT_DEPTH, PCT_STEPS)));

  /** A policy, whether a seed decides what it does, and how to make one. */
  private record Kind(String name, boolean isSeeded, LongFunction<Policy> make) {}

  private Policies() {}

  /**
   * The names: {@code fifo}, {@code priority}, {@code sjf} (shortest job first), {@code rr} (round
   * robin, quantum 10 ms), {@code mlfq} (multilevel feedback queue), {@code edf} (earliest deadline
   * first), {@code lottery}, {@code random} and {@code pct} (depth 3, 10,000 steps).
   */
  public static List<String> names() {
    return KINDS.stream().map(Kind::name).toList();
  }

  /**
   * A policy by its name.
   *
   * @param name one of {@link #names}; behind {@code lottery}, {@code random} or {@code pct} a
   *     colon and a seed may follow, as in {@code random:42}, else the seed is 1
   * @return makes one for each loop
   * @throws IllegalArgumentException if there is no such policy, or the seed is not a number; the
   *     message says what there is
   */
  public static Supplier<Policy> byName(String name) {
    int colon = name.indexOf(':');
    Kind kind = find(colon < 0 ? name : name.substring(0, colon));
    long seed = colon < 0 ? 1 : seed(kind, name.substring(colon + 1));
    return () -> kind.make().apply(seed);
  }

  private static Kind find(String name) {
    return KINDS.stream()
        .filter(kind -> kind.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no policy '"
                        + name
                        + "'; choose one of "
                        + String.join(", ", names())));
  }

  private static long seed(Kind kind, String text) {
    if (!kind.isSeeded()) {
      String seeded =
          KINDS.stream().filter(Kind::isSeeded).map(Kind::name).collect(Collectors.joining(", "));
      throw new IllegalArgumentException(
          "policy '" + kind.name() + "' takes no seed; those that do are " + seeded);
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "a seed is a whole number, not '" + text + "', as in " + kind.name() + ":42", e);
    }
  }
}
