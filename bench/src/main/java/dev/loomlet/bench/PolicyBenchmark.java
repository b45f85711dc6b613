package dev.loomlet.bench;

import dev.loomlet.Action;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.sched.Attributes;
import dev.loomlet.sched.Policies;
import dev.loomlet.sched.Policy;
import dev.loomlet.sched.PriorityPolicy;
import dev.loomlet.sched.Step;
import dev.loomlet.sched.TimedPolicy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What it costs to decide who runs next, by each policy, against first in, first out. */
final class PolicyBenchmark implements Benchmark {
  private static final String REFERENCE = "fifo";
  private static final int READY = 100;
  private static final int PRIORITIES = 8;
  private static final int DECISIONS = 100_000;
  private static final int GREENLETS = 10;
  private static final int YIELDS = 5_000;
  private static final long STEP_NANOS = 1_000;

  @Override
  public String title() {
    return "deciding who runs next, by each policy, against first in, first out";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Report report =
        new Report(
            "policy",
            "Decision: take the next of "
                + READY
                + " ready steps and put it back. Switch: "
                + GREENLETS
                + " greenlets in turn let others run, on a loop with the policy, which includes the"
                + " reading of the clock where a policy wants to know how long steps take. In turn"
                + " in one JVM, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    Rounds rounds = new Rounds();
    Map<String, Supplier<Policy>> policies = policies();
    policies.forEach(
        (name, policy) -> {
          rounds.add(name, nanos -> decisions(policy.get(), nanos));
          rounds.add(onLoop(name), nanos -> switches(policy, nanos));
        });
    rounds.run(options);
    for (String name : policies.keySet()) {
      Map<String, Object> cells = Report.cells();
      cells.put("policy", name);
      cells.put("decision ns", rounds.nanos(name));
      cells.put("more than fifo", rounds.difference(name, REFERENCE));
      cells.put("switch ns", rounds.nanos(onLoop(name)));
      cells.put("switch, more", rounds.difference(onLoop(name), onLoop(REFERENCE)));
      report.row(cells);
    }
    rounds.chart(options, "Decisions and switches by policy", REFERENCE);
    return report;
  }

  private static String onLoop(String name) {
    return name + ", a switch";
  }

  private static Map<String, Supplier<Policy>> policies() {
    Map<String, Supplier<Policy>> policies = new LinkedHashMap<>();
    for (String name : Policies.names()) {
      policies.put(name, Policies.byName(name));
      if (name.equals("priority")) {
        policies.put("priority, ageing", () -> new PriorityPolicy(100));
      }
    }
    return policies;
  }

  /** The attributes of one of many greenlets, all of which differ from their neighbours. */
  private static Attributes attributes(int index) {
    return new Attributes(index % PRIORITIES, 1000L * (index % 7 + 1), 100 + index, index % 10 + 1);
  }

  private static final class Idle extends Step {
    @Override
    public void run() {}
  }

  private static double decisions(Policy policy, long nanos) throws Exception {
    for (int i = 0; i < READY; i++) {
      Step step = new Idle();
      step.attributes(attributes(i));
      policy.add(step);
    }
    TimedPolicy timed = policy instanceof TimedPolicy wants ? wants : null;
    return Timed.repeat(
        nanos,
        DECISIONS,
        () -> {
          for (int i = 0; i < DECISIONS; i++) {
            policy.add(Objects.requireNonNull(policy.next()));
            if (timed != null) {
              timed.ran(STEP_NANOS);
            }
          }
        });
  }

  private static double switches(Supplier<Policy> policy, long nanos) throws Exception {
    Action body =
        () -> {
          for (int i = 0; i < YIELDS; i++) {
            // Unlike Loomlet's own yield, it lets others run whatever is left of a quantum.
            Thread.yield();
          }
        };
    return Loomlet.run(
        LoopOptions.defaults().withPolicy(policy),
        () ->
            Timed.repeat(
                nanos,
                GREENLETS * YIELDS,
                () -> {
                  List<Greenlet<?>> all = new ArrayList<>();
                  for (int i = 0; i < GREENLETS; i++) {
                    all.add(Greenlet.of(body).attributes(attributes(i)).start());
                  }
                  Loomlet.joinAll(all);
                }));
  }
}
