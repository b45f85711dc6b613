package dev.loomlet.queue;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two elements are offered while two are polled: in order, and none twice. */
@JCStressTest
@Outcome(
    id = {"0, 0", "0, 1", "1, 0", "1, 2"},
    expect = ACCEPTABLE,
    desc = "what had come by then, in order")
@Outcome(expect = FORBIDDEN, desc = "an element overtook another, or came twice")
@State
public class QueueOfferPollTest {
  private final FifoQueue<Integer> queue = new FifoQueue<>(2);

  /** Offers. */
  @Actor
  public void putter() {
    queue.offer(1);
    queue.offer(2);
  }

  /** Polls. */
  @Actor
  public void taker(II_Result result) {
    Integer first = queue.poll();
    Integer second = queue.poll();
    result.r1 = first == null ? 0 : first;
    result.r2 = second == null ? 0 : second;
  }
}
