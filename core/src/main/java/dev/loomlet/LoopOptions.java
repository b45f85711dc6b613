package dev.loomlet;

import dev.loomlet.engine.EngineFactory;
import dev.loomlet.engine.Engines;
import dev.loomlet.engine.VirtualEngine;
import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.sched.FifoPolicy;
import dev.loomlet.sched.Policy;
import dev.loomlet.time.Clock;
import dev.loomlet.time.VirtualClock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a loop is made of: its replaceable parts. Immutable.
 *
 * @param name for messages and thread dumps; null for a name made from the thread's
 * @param engine how it does I/O
 * @param policy makes the policy that says which ready greenlet runs next; a new one for each loop
 * @param clock where its time comes from
 * @param uncaughtHandler gets the errors of greenlets that nobody waited for
 * @param debug whether the error of a greenlet says where it was spawned, and an {@link
 *     AsyncResult} whose error nobody asked for is reported when it is collected
 */
public record LoopOptions(
    @Nullable String name,
    EngineFactory engine,
    Supplier<Policy> policy,
    Clock clock,
    UncaughtHandler uncaughtHandler,
    boolean debug) {

  /**
   * The machine's clock, first in first out, errors printed to standard error, and the engine that
   * the system property {@value Engines#PROPERTY} or the environment variable {@value
   * Engines#ENVIRONMENT} names, else the best that works here. Debug mode is on if {@code
   * -Dloomlet.debug} or {@code LOOMLET_DEBUG=1} says so.
   *
   * @throws IllegalArgumentException if the engine so named is unknown or does not work here
   * @throws IllegalStateException on a JVM that cannot run greenlets
   */
  public static LoopOptions defaults() {
    JdkInternals.requireFit();
    return on(Engines.configured());
  }

  /**
   * The same on an engine, whatever property and environment name, even one that does not work.
   *
   * @throws IllegalStateException on a JVM that cannot run greenlets
   */
  public static LoopOptions on(EngineFactory engine) {
    JdkInternals.requireFit();
    return new LoopOptions(
        null,
        engine,
        FifoPolicy::new,
        Clock.system(),
        UncaughtHandler.printing(System.err),
        DebugMode.isConfigured());
  }

  /** The same with a name. */
  public LoopOptions withName(String newName) {
    return new LoopOptions(newName, engine, policy, clock, uncaughtHandler, debug);
  }

  /** The same with another engine. */
  public LoopOptions withEngine(EngineFactory newEngine) {
    return new LoopOptions(name, newEngine, policy, clock, uncaughtHandler, debug);
  }

  /** The same with another policy. */
  public LoopOptions withPolicy(Supplier<Policy> newPolicy) {
    return new LoopOptions(name, engine, newPolicy, clock, uncaughtHandler, debug);
  }

  /** The same with another clock. */
  public LoopOptions withClock(Clock newClock) {
    return new LoopOptions(name, engine, policy, newClock, uncaughtHandler, debug);
  }

  /**
   * The same in virtual time, for one loop: there is no kernel, and when everybody waits the clock
   * goes to the next timer at once. Sleeps and time limits of Loomlet go by it; those of the JDK
   * look at the machine's clock.
   *
   * @param newClock by which code can also say that it takes time
   */
  public LoopOptions withVirtualTime(VirtualClock newClock) {
    return withClock(newClock).withEngine(VirtualEngine::new);
  }

  /** The same with another place for errors that nobody waited for. */
  public LoopOptions withUncaughtHandler(UncaughtHandler newHandler) {
    return new LoopOptions(name, engine, policy, clock, newHandler, debug);
  }

  /** The same with debug mode on or off; asyncio's {@code debug}. */
  public LoopOptions withDebug(boolean newDebug) {
    return new LoopOptions(name, engine, policy, clock, uncaughtHandler, newDebug);
  }
}
