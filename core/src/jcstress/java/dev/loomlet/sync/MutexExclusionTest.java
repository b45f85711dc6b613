package dev.loomlet.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/** Two threads count under a lock, which is handed over if one finds it held: none is lost. */
@JCStressTest
@Outcome(id = "2, false", expect = ACCEPTABLE, desc = "both counted, and the lock is free")
@Outcome(expect = FORBIDDEN, desc = "both were inside at once, or the lock was not given back")
@State
public class MutexExclusionTest {
  private final Mutex mutex = new Mutex();
  private int count;

  private void count() {
    mutex.lock();
    count++;
    mutex.unlock();
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
  public void result(IZ_Result result) {
    result.r1 = count;
    result.r2 = mutex.isLocked();
  }
}
