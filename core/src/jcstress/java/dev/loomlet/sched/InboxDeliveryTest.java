package dev.loomlet.sched;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A sender while the loop empties the inbox: each task comes out once, in the order of sending. */
@JCStressTest
@Outcome(id = "12", expect = ACCEPTABLE, desc = "both came out, in order")
@Outcome(expect = FORBIDDEN, desc = "a task was lost, came out twice, or overtook the other")
@State
public class InboxDeliveryTest {
  private final Inbox inbox = new Inbox();
  private final FifoPolicy policy = new FifoPolicy();
  private int ran;

  /** Another thread. */
  @Actor
  public void sender() {
    inbox.put(() -> ran = ran * 10 + 1);
    inbox.put(() -> ran = ran * 10 + 2);
  }

  /** The loop. */
  @Actor
  public void loop() {
    inbox.drainTo(policy);
  }

  /** What the loop took, and then what it left. */
  @Arbiter
  public void count(I_Result result) {
    inbox.drainTo(policy);
    for (Runnable task = policy.next(); task != null; task = policy.next()) {
      task.run();
    }
    result.r1 = ran;
  }
}
