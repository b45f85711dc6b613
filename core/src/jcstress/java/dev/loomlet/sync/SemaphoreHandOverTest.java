package dev.loomlet.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * A permit is released while the one who waits for it runs out of time: it is his, or it is free.
 */
@JCStressTest
@Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "taken")
@Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "gave up; the permit is free")
@Outcome(expect = FORBIDDEN, desc = "the permit was lost or doubled")
@State
public class SemaphoreHandOverTest {
  private static final Duration MOMENT = Duration.ofNanos(100);

  private final Semaphore semaphore = new Semaphore(0);

  /** The one who waits. */
  @Actor
  public void waiter(ZI_Result result) {
    result.r1 = semaphore.tryAcquire(MOMENT);
  }

  /** The one who gives. */
  @Actor
  public void giver() {
    semaphore.release();
  }

  /** What is left. */
  @Arbiter
  public void left(ZI_Result result) {
    result.r2 = semaphore.availablePermits();
  }
}
