package dev.loomlet;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** Two set a result at once: exactly one of them does it, and it is that one's value. */
@JCStressTest
@Outcome(
    id = {"true, false, 1", "false, true, 2"},
    expect = ACCEPTABLE,
    desc = "one sets it")
@Outcome(expect = FORBIDDEN, desc = "both or none, or the value of the other")
@State
public class AwaitableOneEndTest {
  private final AsyncResult<Integer> result = new AsyncResult<>();

  /** Sets 1. */
  @Actor
  public void first(ZZI_Result outcome) {
    outcome.r1 = result.set(1);
  }

  /** Sets 2. */
  @Actor
  public void second(ZZI_Result outcome) {
    outcome.r2 = result.set(2);
  }

  /** Looks. */
  @Arbiter
  public void look(ZZI_Result outcome) {
    Integer value = result.value();
    outcome.r3 = value == null ? 0 : value;
  }
}
