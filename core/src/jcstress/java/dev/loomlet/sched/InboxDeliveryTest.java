package dev.loomlet.sched;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two senders while the loop empties the inbox: each task comes out exactly once. */
@JCStressTest
@Outcome(id = "11", expect = ACCEPTABLE, desc = "each came out once")
@Outcome(expect = FORBIDDEN, desc = "a task was lost or came out twice")
@State
public class InboxDeliveryTest {
  private final Inbox inbox = new Inbox();
  private final FifoPolicy policy = new FifoPolicy();
  private int ran;

  /** One sender. */
  @Actor
  public void first() {
    inbox.put(() -> ran += 1);
  }

  /** The other. */
  @Actor
  public void second() {
    inbox.put(() -> ran += 10);
  }

  /** The loop. */
  @Actor
  public void loop() {
    inbox.drainTo(policy);
  }

  /** What was left and what was drained together. */
  @Arbiter
  public void count(I_Result result) {
    inbox.drainTo(policy);
    for (Runnable task = policy.next(); task != null; task = policy.next()) {
      task.run();
    }
    result.r1 = ran;
  }
}
