package dev.loomlet.sched;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two senders and a sleeping loop: exactly one of them is told to wake it. */
@JCStressTest
@Outcome(
    id = {"true, false", "false, true"},
    expect = ACCEPTABLE,
    desc = "one wakes the loop")
@Outcome(expect = FORBIDDEN, desc = "none or both do")
@State
public class InboxOneWakerTest {
  private final Inbox inbox = new Inbox();

  /** Starts with the loop asleep. */
  public InboxOneWakerTest() {
    inbox.fallAsleep();
  }

  /** One sender. */
  @Actor
  public void first(ZZ_Result result) {
    result.r1 = inbox.put(() -> {});
  }

  /** The other. */
  @Actor
  public void second(ZZ_Result result) {
    result.r2 = inbox.put(() -> {});
  }
}
