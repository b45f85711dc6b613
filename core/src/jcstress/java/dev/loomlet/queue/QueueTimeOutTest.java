package dev.loomlet.queue;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A taker runs out of time while it is served: it has the element, or the queue has. */
@JCStressTest
@Outcome(id = "7, 0", expect = ACCEPTABLE, desc = "the taker has it")
@Outcome(id = "0, 7", expect = ACCEPTABLE, desc = "the queue has it")
@Outcome(expect = FORBIDDEN, desc = "the element was lost or doubled")
@State
public class QueueTimeOutTest {
  private final FifoQueue<Integer> queue = new FifoQueue<>(1);

  /** Puts. */
  @Actor
  public void putter() {
    queue.offer(7);
  }

  /** Waits for next to no time. */
  @Actor
  public void taker(II_Result result) {
    Integer taken = queue.poll(Duration.ofNanos(1));
    result.r1 = taken == null ? 0 : taken;
  }

  /** What is left. */
  @Arbiter
  public void count(II_Result result) {
    Integer left = queue.poll();
    result.r2 = left == null ? 0 : left;
  }
}
