package dev.loomlet.sched;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Steps that stand for greenlets. */
final class TestSteps {
  private TestSteps() {}

  /** A step that does nothing and has a name. */
  static final class Named extends Step {
    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    public void run() {}

    @Override
    public String toString() {
      return name;
    }
  }

  static Step step(String name) {
    return new Named(name);
  }

  static Step step(String name, UnaryOperator<Attributes> attributes) {
    Step step = new Named(name);
    step.attributes(attributes.apply(Attributes.defaults()));
    return step;
  }

  /** Takes everything out, in the policy's order. */
  static List<String> drain(Policy policy) {
    List<String> names = new ArrayList<>();
    for (Runnable next = policy.next(); next != null; next = policy.next()) {
      names.add(next.toString());
      if (policy instanceof TimedPolicy timed) {
        timed.ran(0);
      }
    }
    return names;
  }

  /** Runs the next step for a time; it yields then, and goes on if it may. */
  static String yielding(TimedPolicy policy, long nanos) {
    Runnable next = policy.next();
    policy.keepsRunning(nanos);
    policy.add(next);
    policy.ran(nanos);
    return next.toString();
  }

  /** Runs the next step for a time; it waits then. */
  static String waiting(TimedPolicy policy, long nanos) {
    Runnable next = policy.next();
    policy.ran(nanos);
    return next.toString();
  }
}
