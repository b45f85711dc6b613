package dev.loomlet.sched;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The twin of {@link InboxWakeUpTest} without its guard: "asleep" and "work is waiting" are two
 * variables, and no StoreLoad fence stands between writing the one and reading the other.
 */
@JCStressTest
@Outcome(
    id = {"false, false", "true, true", "false, true"},
    expect = ACCEPTABLE,
    desc = "somebody noticed")
@Outcome(id = "true, false", expect = FORBIDDEN, desc = "lost wake-up: asleep, and nobody wakes it")
@State
public class BrokenInboxWakeUpTest {
  private static final VarHandle ASLEEP;
  private static final VarHandle WORK;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ASLEEP = lookup.findVarHandle(BrokenInboxWakeUpTest.class, "asleep", boolean.class);
      WORK = lookup.findVarHandle(BrokenInboxWakeUpTest.class, "work", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private boolean asleep;
  private boolean work;

  /** The loop. */
  @Actor
  public void loop(ZZ_Result result) {
    ASLEEP.setRelease(this, true);
    result.r1 = !(boolean) WORK.getAcquire(this);
  }

  /** Another thread. */
  @Actor
  public void sender(ZZ_Result result) {
    WORK.setRelease(this, true);
    result.r2 = (boolean) ASLEEP.getAcquire(this);
  }
}
