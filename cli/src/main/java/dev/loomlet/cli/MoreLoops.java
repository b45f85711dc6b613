package dev.loomlet.cli;

import dev.loomlet.Cancelled;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopExit;
import dev.loomlet.LoopOptions;
import dev.loomlet.agent.Spread;
import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.sync.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;

/**
 * The loops of a program beside the one of its {@code main}, each on a thread of its own and with a
 * main greenlet that only waits for the end. So each of them is stopped by Ctrl-C and {@code
 * System.exit} as the first one is.
 */
final class MoreLoops implements AutoCloseable {
  private final Event end = new Event();
  private final List<Thread> threads = new ArrayList<>();

  private MoreLoops() {}

  /**
   * Starts them. Returns when all of them turn.
   *
   * @param total with that of {@code main}; for 1 nothing is done
   * @param options for each, but for the name
   * @param each changes them for one loop
   */
  static MoreLoops start(int total, LoopOptions options, UnaryOperator<LoopOptions> each) {
    MoreLoops loops = new MoreLoops();
    if (total == 1) {
      return loops;
    }
    try {
      Spread.install();
    } catch (IllegalStateException e) {
      throw CommandFailure.missing("--loops does not work here: " + e.getMessage());
    }
    List<CompletableFuture<Void>> begun = new ArrayList<>();
    for (int number = 2; number <= total; number++) {
      begun.add(loops.add(each.apply(options.withName("loop-" + number))));
    }
    try {
      begun.forEach(CompletableFuture::join);
    } catch (CompletionException e) {
      loops.close();
      throw CommandFailure.missing("cannot start " + total + " loops: " + e.getCause());
    }
    return loops;
  }

  private CompletableFuture<Void> add(LoopOptions options) {
    CompletableFuture<Void> begun = new CompletableFuture<>();
    threads.add(
        Thread.ofPlatform()
            .daemon()
            .name("loomlet-" + options.name())
            .start(
                () -> {
                  try {
                    Loomlet.run(options, () -> waitForEnd(begun));
                  } catch (LoopExit | Cancelled e) {
                    // The program's main gets the same, or the JVM ends.
                    begun.complete(null);
                  } catch (Throwable e) {
                    if (!begun.completeExceptionally(e)) {
                      // Not an error of the program: it has no code in this greenlet.
                      Main.say(System.err, options.name() + " has ended: " + e);
                    }
                  }
                }));
    return begun;
  }

  private void waitForEnd(CompletableFuture<Void> begun) {
    Spread.join();
    try {
      begun.complete(null);
      end.await();
    } finally {
      Spread.leave();
    }
  }

  /** Ends them; greenlets that are left are cancelled. Waits. */
  @Override
  public void close() {
    end.set();
    boolean interrupted = false;
    for (Thread each : threads) {
      while (each.isAlive()) {
        try {
          each.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
