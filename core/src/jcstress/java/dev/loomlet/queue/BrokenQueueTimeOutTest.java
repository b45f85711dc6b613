package dev.loomlet.queue;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.loomlet.wait.Waiter;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The twin of {@link QueueTimeOutTest} without its guard: a taker whose time is over does not look
 * again, under the guard, whether it was served meanwhile.
 */
@JCStressTest
@Outcome(id = "7, 0", expect = ACCEPTABLE, desc = "the taker has it")
@Outcome(id = "0, 7", expect = ACCEPTABLE, desc = "the queue has it")
@Outcome(expect = FORBIDDEN, desc = "the element was lost or doubled")
@State
public class BrokenQueueTimeOutTest {
  private final FifoQueue<Integer> queue = new FifoQueue<>(1);

  /** Puts. */
  @Actor
  public void putter() {
    queue.offer(7);
  }

  /** Waits for next to no time. */
  @Actor
  public void taker(II_Result result) {
    Waiter waiter = new Waiter();
    Object taken = queue.exchange.take(null, waiter);
    if (taken == null && waiter.await(queue, 1) == Waiter.Outcome.GRANTED) {
      taken = waiter.item;
    } else if (taken == null) {
      queue.exchange.guard.lock();
      queue.exchange.takers.remove(waiter);
      queue.exchange.guard.unlock();
    }
    result.r1 = taken == null ? 0 : (Integer) taken;
  }

  /** What is left. */
  @Arbiter
  public void count(II_Result result) {
    Integer left = queue.poll();
    result.r2 = left == null ? 0 : left;
  }
}
