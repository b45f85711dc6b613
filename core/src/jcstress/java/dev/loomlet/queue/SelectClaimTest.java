package dev.loomlet.queue;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A select waits at two channels, and a sender comes to each: one of them is received. */
@JCStressTest
@Outcome(
    id = {"true, false", "false, true"},
    expect = ACCEPTABLE,
    desc = "one was received")
@Outcome(expect = FORBIDDEN, desc = "both or neither")
@State
public class SelectClaimTest {
  private final Channel<Integer> one = new Channel<>();
  private final Channel<Integer> two = new Channel<>();

  /** Stands in both lines. */
  public SelectClaimTest() {
    Choice choice = new Choice();
    Arm.joinLines(List.of(arm(choice, one), arm(choice, two)));
  }

  private static Arm<Integer> arm(Choice choice, Channel<Integer> channel) {
    return new Arm<>(choice, new TakeCase<>(channel.exchange, null, null, value -> value));
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
