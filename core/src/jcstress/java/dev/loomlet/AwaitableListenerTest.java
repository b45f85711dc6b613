package dev.loomlet;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Somebody sets a result while somebody else begins to listen and another listener gives up: who
 * listens is told once or sees the end; who gave up is told once at most.
 */
@JCStressTest
@Outcome(
    id = {"1, 0, 7", "1, 1, 7", "1, 0, -1", "1, 1, -1"},
    expect = ACCEPTABLE,
    desc = "told once, or saw the end, and never without the value")
@Outcome(expect = FORBIDDEN, desc = "not told, told twice, or without the value")
@State
public class AwaitableListenerTest {
  private final AsyncResult<Integer> result = new AsyncResult<>();
  private int told;
  private int quitterTold;
  private int value = -1;
  private final Listener quitter = _ -> quitterTold++;

  /** One who gives up is there already. */
  public AwaitableListenerTest() {
    result.addListener(quitter);
  }

  /** Sets the result. */
  @Actor
  public void setter() {
    result.set(7);
  }

  /** Begins to listen, and takes the one who gives up out of the chain. */
  @Actor
  public void listener() {
    if (!result.addListener(source -> told++)) {
      told++;
    }
    result.removeListener(quitter);
    if (result.isDone()) {
      Integer seen = result.value();
      value = seen == null ? 0 : seen;
    }
  }

  /** What came of it. */
  @Arbiter
  public void count(III_Result outcome) {
    outcome.r1 = told;
    outcome.r2 = quitterTold;
    outcome.r3 = value;
  }
}
