package dev.loomlet.queue;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A taker waits, or comes late; the element reaches it. A lost wake-up is a hang. */
@JCStressTest
@Outcome(id = "7", expect = ACCEPTABLE, desc = "handed over or found")
@Outcome(expect = FORBIDDEN, desc = "something else arrived")
@State
public class QueueBlockedTakerTest {
  private final FifoQueue<Integer> queue = new FifoQueue<>(1);

  /** Puts. */
  @Actor
  public void putter() {
    queue.offer(7);
  }

  /** Waits. */
  @Actor
  public void taker(I_Result result) {
    Integer taken = queue.poll(Duration.ofDays(1));
    result.r1 = taken == null ? 0 : taken;
  }
}
