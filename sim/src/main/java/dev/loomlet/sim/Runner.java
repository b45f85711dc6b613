package dev.loomlet.sim;

import dev.loomlet.Loop;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds a thread for a simulation. */
final class Runner {
  private Runner() {}

  /** Runs something that makes a loop: here, if the calling thread can have one. */
  static <T> T run(Supplier<T> simulation) {
    // The first virtual thread that draws a number would draw one more for its carrier.
    ThreadLocalRandom.current();
    if (!Thread.currentThread().isVirtual() && Loop.currentOrNull() == null) {
      return simulation.get();
    }
    AtomicReference<@Nullable T> result = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> error = new AtomicReference<>();
    if (Simulation.currentOrNull() != null) {
      throw new IllegalStateException(
          "a simulation cannot be run inside of a simulation, whose time would stand still");
    }
    Thread thread =
        Thread.ofPlatform()
            .name("simulation")
            .daemon()
            .unstarted(
                () -> {
                  ThreadLocalRandom.current();
                  try {
                    result.set(simulation.get());
                  } catch (Throwable e) {
                    error.set(e);
                  }
                });
    thread.start();
    join(thread);
    Throwable thrown = error.get();
    if (thrown instanceof Error e) {
      throw e;
    }
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    T value = result.get();
    if (value == null) {
      throw new IllegalStateException("a simulation has no result", thrown);
    }
    return value;
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
        thread.interrupt();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
