package dev.loomlet.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.loomlet.wait.Guard;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * The twin of {@link SemaphoreHandOverTest} whose waiter, when the time is over, leaves the line
 * without looking whether it was given something meanwhile.
 */
@JCStressTest
@Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "taken")
@Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "gave up; the permit is free")
@Outcome(expect = FORBIDDEN, desc = "the permit was lost or doubled")
@State
public class BrokenSemaphoreHandOverTest {
  private final Guard guard = new Guard();
  private final WaitLine line = new WaitLine(guard);
  private int available;

  /** The one who waits. */
  @Actor
  public void waiter(ZI_Result result) {
    Waiter waiter = new Waiter();
    guard.lock();
    boolean taken = available > 0;
    if (taken) {
      available--;
    } else {
      line.add(waiter);
    }
    guard.unlock();
    if (!taken) {
      taken = waiter.await(this, 100) == Waiter.Outcome.GRANTED;
    }
    if (!taken) {
      guard.lock();
      line.remove(waiter);
      guard.unlock();
    }
    result.r1 = taken;
  }

  /** The one who gives. */
  @Actor
  public void giver() {
    guard.lock();
    Waiter waiter = line.poll();
    if (waiter == null) {
      available++;
    } else {
      waiter.grant();
    }
    guard.unlock();
    if (waiter != null) {
      waiter.wake();
    }
  }

  /** What is left. */
  @Arbiter
  public void left(ZI_Result result) {
    result.r2 = available;
  }
}
