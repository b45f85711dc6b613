package dev.loomlet.queue;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.loomlet.wait.Waiter;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The twin of {@link SelectClaimTest} without its guard: a waiter in two lines is looked at and
 * then claimed, instead of both in one step.
 */
@JCStressTest
@Outcome(
    id = {"true, false", "false, true"},
    expect = ACCEPTABLE,
    desc = "one was received")
@Outcome(expect = FORBIDDEN, desc = "both or neither")
@State
public class BrokenSelectClaimTest {
  private final Channel<Integer> one = new Channel<>();
  private final Channel<Integer> two = new Channel<>();
  private volatile boolean claimed;

  /** Stands in both lines. */
  public BrokenSelectClaimTest() {
    one.exchange.takers.add(new Careless());
    two.exchange.takers.add(new Careless());
  }

  private final class Careless extends Waiter {
    @Override
    public boolean claim() {
      boolean open = !claimed;
      claimed = true;
      return open;
    }
  }

  /** Sends on one. */
  @Actor
  public void first(ZZ_Result result) {
    result.r1 = one.trySend(1);
  }

  /** Sends on the other. */
  @Actor
  public void second(ZZ_Result result) {
    result.r2 = two.trySend(2);
  }
}
