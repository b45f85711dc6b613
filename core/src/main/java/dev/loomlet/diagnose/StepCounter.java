package dev.loomlet.diagnose;

import dev.loomlet.jdk.Continuations;
import dev.loomlet.sched.Policy;
import org.jspecify.annotations.Nullable;

/** Around a loop's policy: counts and times what that gives out. */
final class StepCounter implements Policy, Runnable {
  private final Policy policy;

  /** What is to be run next: a loop runs a continuation before it asks for another one. */
  private @Nullable Runnable continuation;

  private long started;
  private long switches;
  private long longestNanos;
  private @Nullable String longestBy;

  StepCounter(Policy policy) {
    this.policy = policy;
  }

  @Override
  public void add(Runnable ready) {
    policy.add(ready);
  }

  @Override
  public @Nullable Runnable next() {
    continuation = policy.next();
    return continuation == null ? null : this;
  }

  @Override
  public int size() {
    return policy.size();
  }

  @Override
  public Policy inner() {
    return policy.inner();
  }

  /** One step. */
  @Override
  public void run() {
    Runnable step = continuation;
    continuation = null;
    if (step == null) {
      return;
    }
    Thread thread = Continuations.threadOf(step);
    if (thread == null) {
      step.run();
      return;
    }
    if (Continuations.isNew(thread)) {
      started++;
    }
    switches++;
    long begin = System.nanoTime();
    try {
      step.run();
    } finally {
      long nanos = System.nanoTime() - begin;
      if (nanos > longestNanos) {
        longestNanos = nanos;
        longestBy = Names.of(thread);
      }
    }
  }

  long started() {
    return started;
  }

  long switches() {
    return switches;
  }

  long longestNanos() {
    return longestNanos;
  }

  @Nullable String longestBy() {
    return longestBy;
  }
}
