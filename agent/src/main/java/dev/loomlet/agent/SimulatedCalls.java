package dev.loomlet.agent;

import dev.loomlet.Loop;
import dev.loomlet.time.Clock;
import dev.loomlet.wait.WaitLoop;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What code calls in place of the machine's clock and chance, once {@link Patch#simulate} has
 * changed it. Public for that code alone.
 */
public final class SimulatedCalls {
  private SimulatedCalls() {}

  /** The clock of the loop whose virtual thread calls, if it is a virtual one. */
  private static @Nullable Clock clock() {
    WaitLoop loop = Hooks.loop();
    if (loop == null) {
      return null;
    }
    Clock clock = loop.clock();
    return clock.isVirtual() ? clock : null;
  }

  /** The chance of the simulated loop whose virtual thread calls; null on others. */
  private static @Nullable RandomGenerator random() {
    if (clock() == null) {
      return null;
    }
    Loop loop = Loop.currentOrNull();
    return loop == null || loop.engine().usesThreads() ? null : loop.engine().random();
  }

  /** {@link System#nanoTime}. */
  public static long nanoTime() {
    Clock clock = clock();
    return clock == null ? System.nanoTime() : clock.nanoTime();
  }

  /** {@link System#currentTimeMillis}. */
  public static long currentTimeMillis() {
    Clock clock = clock();
    return clock == null ? System.currentTimeMillis() : clock.currentTimeMillis();
  }

  /** Whether the calling thread's loop has a clock of its own. */
  static boolean hasOwnClock() {
    return clock() != null;
  }

  static boolean isSimulated() {
    return random() != null;
  }

  /** {@code RandomSupport.mixMurmur64}, where it makes seeds: one of a simulation there. */
  static long threadSeed(long count) {
    RandomGenerator random = random();
    return random == null ? mixMurmur64(count) : random.nextLong();
  }

  /** The finaliser of MurmurHash3, with Stafford's constants, variant 13, as in the JDK. */
  private static long mixMurmur64(long value) {
    long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }

  static double randomDouble() {
    RandomGenerator random = random();
    return random == null ? Math.random() : random.nextDouble();
  }

  /** {@code SecureRandom.nextBytes}: whether it was done here. */
  static boolean fill(byte[] bytes) {
    RandomGenerator random = random();
    if (random == null) {
      return false;
    }
    random.nextBytes(bytes);
    return true;
  }
}
