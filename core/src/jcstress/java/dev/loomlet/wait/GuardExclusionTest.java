package dev.loomlet.wait;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two threads count under a guard: no count is lost. */
@JCStressTest
@Outcome(id = "2", expect = ACCEPTABLE, desc = "both counted")
@Outcome(expect = FORBIDDEN, desc = "both were inside at once")
@State
public class GuardExclusionTest {
  private final Guard guard = new Guard();
  private int count;

  private void count() {
    guard.lock();
    count++;
    guard.unlock();
  }

  /** One thread. */
  @Actor
  public void first() {
    count();
  }

  /** The other. */
  @Actor
  public void second() {
    count();
  }

  /** What came out. */
  @Arbiter
  public void result(I_Result result) {
    result.r1 = count;
  }
}
