package dev.loomlet.sched;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A loop goes to sleep while a sender leaves work: either the loop sees the work and stays awake,
 * or the sender knows that it must wake it.
 */
@JCStressTest
@Outcome(id = "false, false", expect = ACCEPTABLE, desc = "the loop saw the work")
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "the loop sleeps and will be woken")
@Outcome(id = "true, false", expect = FORBIDDEN, desc = "lost wake-up: asleep, and nobody wakes it")
@Outcome(id = "false, true", expect = FORBIDDEN, desc = "a wake-up for a loop that is awake")
@State
public class InboxWakeUpTest {
  private final Inbox inbox = new Inbox();

  /** The loop. */
  @Actor
  public void loop(ZZ_Result result) {
    result.r1 = inbox.fallAsleep();
  }

  /** Another thread. */
  @Actor
  public void sender(ZZ_Result result) {
    result.r2 = inbox.put(() -> {});
  }
}
