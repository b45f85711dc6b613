package dev.loomlet.wait;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** The twin of {@link GuardExclusionTest} that looks and then enters, in two steps. */
@JCStressTest
@Outcome(id = "2", expect = ACCEPTABLE, desc = "both counted")
@Outcome(expect = FORBIDDEN, desc = "both were inside at once")
@State
public class BrokenGuardExclusionTest {
  private static final VarHandle HELD;

  static {
    try {
      HELD =
          MethodHandles.lookup().findVarHandle(BrokenGuardExclusionTest.class, "held", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private int held;
  private int count;

  private void count() {
    while ((int) HELD.getAcquire(this) != 0) {
      Thread.onSpinWait();
    }
    HELD.setRelease(this, 1);
    count++;
    HELD.setRelease(this, 0);
  }

  /** One thread. */
  @Actor
  public void first() {
    count();
  }

  /** The other. */
  @Actor
  public void second() {
    count();
  }

  /** What came out. */
  @Arbiter
  public void result(I_Result result) {
    result.r1 = count;
  }
}
