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
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A program that measures one policy in turn with first in, first out, and prints all figures. A
 * JVM of its own for each policy, because a call that has seen many classes is compiled worse, and
 * programs use one.
 */
public final class PolicyCosts {
  static final String REFERENCE = "fifo";
  static final String AGEING = "priority, ageing";
  static final String DECISION = "decision";
  static final String SWITCH = "switch";
  static final List<String> WHAT = List.of(DECISION, SWITCH);
  static final int READY = 100;
  static final int GREENLETS = 10;

  private static final int AGEING_DECISIONS = 100;
  private static final int PRIORITIES = 8;
  private static final int DECISIONS = 100_000;
  private static final int YIELDS = 5_000;
  private static final long STEP_NANOS = 1_000;

  private PolicyCosts() {}

  /** Takes a policy, nanoseconds for each measurement, and the number of rounds. */
  public static void main(String[] args) throws Exception {
    long nanos = Long.parseLong(args[1]);
    int rounds = Integer.parseInt(args[2]);
    List<String> policies = List.of(REFERENCE, args[0]);
    for (int round = -1; round < rounds; round++) {
      for (String policy : round % 2 == 0 ? policies : policies.reversed()) {
        // The first round warms up.
        long time = round < 0 ? 3 * nanos : nanos;
        print(round, DECISION, policy, decisions(byName(policy).get(), time));
        print(round, SWITCH, policy, switches(byName(policy), time));
      }
    }
  }

  private static void print(int round, String what, String policy, double nanos) {
    if (round >= 0) {
      System.out.println(what + " " + policy + " " + nanos);
    }
  }

  private static Supplier<Policy> byName(String name) {
    return name.equals(AGEING) ? () -> new PriorityPolicy(AGEING_DECISIONS) : Policies.byName(name);
  }

  /** Those of one of many greenlets, all of which differ from their neighbours. */
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
