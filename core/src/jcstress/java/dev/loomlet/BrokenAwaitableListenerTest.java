package dev.loomlet;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The twin of {@link AwaitableListenerTest} whose end and chain are two variables, so that a
 * listener may come between the look at the one and the look at the other.
 */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "told once, or saw the end")
@Outcome(expect = FORBIDDEN, desc = "not told, or told twice")
@State
public class BrokenAwaitableListenerTest {
  private volatile boolean ended;
  private volatile Runnable listener;
  private int told;

  /** Sets the result. */
  @Actor
  public void setter() {
    Runnable seen = listener;
    ended = true;
    if (seen != null) {
      seen.run();
    }
  }

  /** Begins to listen. */
  @Actor
  public void listener() {
    if (ended) {
      told++;
    } else {
      listener = () -> told++;
    }
  }

  /** What came of it. */
  @Arbiter
  public void count(I_Result outcome) {
    outcome.r1 = told;
  }
}
