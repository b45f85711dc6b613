package dev.loomlet.bench;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What a task group costs beyond its children. */
final class GroupBenchmark implements Benchmark {
  private static final int CHILDREN = 100_000;
  private static final String PLAIN = "spawn and join";
  private static final String GROUP = "task group";

  private final int children;

  GroupBenchmark() {
    this(CHILDREN);
  }

  GroupBenchmark(int children) {
    this.children = children;
  }

  @Override
  public String title() {
    return "start and join 100,000 children of a task group, against plain greenlets";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Report report =
        new Report(
            "group",
            "Start and join "
                + children
                + " greenlets that do nothing, once spawned plainly and joined one after another,"
                + " once as children of one task group; for each of them, in turn in one JVM,"
                + " median of "
                + options.rounds()
                + " rounds (least-greatest).");
    Rounds rounds =
        new Rounds()
            .add(PLAIN, nanos -> onLoop(nanos, this::spawnAndJoin))
            .add(GROUP, nanos -> onLoop(nanos, this::group));
    rounds.run(options);
    rounds.tell(report, "children", PLAIN);
    rounds.chart(options, "Start and join", GROUP);
    return report;
  }

  private double onLoop(long nanos, Timed.Batch batch) throws Exception {
    return Loomlet.run(() -> Timed.repeat(nanos, children, batch));
  }

  private static void nothing() {}

  private void spawnAndJoin() {
    List<Greenlet<?>> all = new ArrayList<>(children);
    for (int i = 0; i < children; i++) {
      all.add(Loomlet.spawn(GroupBenchmark::nothing));
    }
    Loomlet.joinAll(all);
  }

  private void group() throws Exception {
    TaskGroup.run(
        group -> {
          for (int i = 0; i < children; i++) {
            group.spawn(GroupBenchmark::nothing);
          }
        });
  }
}
