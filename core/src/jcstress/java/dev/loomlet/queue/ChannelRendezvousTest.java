package dev.loomlet.queue;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** Sender and receiver, both short of time, meet or miss each other: both know the same. */
@JCStressTest
@Outcome(id = "true, 7", expect = ACCEPTABLE, desc = "they met")
@Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "they missed each other")
@Outcome(expect = FORBIDDEN, desc = "only one of them believes that they met")
@State
public class ChannelRendezvousTest {
  private final Channel<Integer> channel = new Channel<>();

  /** Sends. */
  @Actor
  public void sender(ZI_Result result) {
    result.r1 = channel.trySend(7, Duration.ofNanos(1));
  }

  /** Receives. */
  @Actor
  public void receiver(ZI_Result result) {
    Integer received = channel.tryReceive(Duration.ofNanos(1));
    result.r2 = received == null ? 0 : received;
  }
}
