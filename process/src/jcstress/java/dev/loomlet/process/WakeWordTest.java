package dev.loomlet.process;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Who is about to wait sees the change after it has said so, or is woken. */
@JCStressTest
@Outcome(
    id = {"1, 0", "1, 1", "0, 1"},
    expect = ACCEPTABLE,
    desc = "saw the change, or is woken")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "sleeps, and nobody wakes it")
@State
public class WakeWordTest {
  private static final int CHANGE = 8;

  private final Words words = SharedState.next();
  private final WakeWord wake = new WakeWord(words, 0);
  private int seen;

  /** Is about to wait. */
  @Actor
  public void waiter(II_Result outcome) {
    seen = wake.announce();
    outcome.r1 = (int) words.getLong(CHANGE);
  }

  /** Makes the change. */
  @Actor
  public void maker() {
    words.setLongRelease(CHANGE, 1);
    wake.wakeAll();
  }

  /** What came of it. */
  @Arbiter
  public void look(II_Result outcome) {
    outcome.r2 = wake.count() == seen ? 0 : 1;
  }
}
