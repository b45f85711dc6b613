package dev.loomlet.agent.program;

import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.agent.Patch;
import dev.loomlet.agent.Topic;
import dev.loomlet.wait.Task;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A program that can be run. */
public final class Program {
  private final @Nullable ClassLoader loader;
  private final MethodHandle main;

  /**
   * A program.
   *
   * @param loader becomes the context class loader of its threads; null for the one there is
   * @param main see {@link MainMethod#prepare}
   */
  public Program(@Nullable ClassLoader loader, MethodHandle main) {
    this.loader = loader;
    this.main = main;
  }

  /**
   * Runs it on a loop of the calling thread, {@code main} as the greenlet of that name, until that
   * has ended, and those of its threads that became greenlets and are not daemons. Greenlets that
   * are left then are cancelled.
   *
   * <p>As the JVM does it, what {@code main} throws is reported at once, and not again if the
   * caller ends by it.
   *
   * @param options what the loop is made of
   * @param first is called in the greenlet before {@code main}
   * @param last is called in it afterwards, however that ended
   * @throws Throwable what the program throws, with a stack trace that ends with {@code main}
   */
  public void run(LoopOptions options, List<String> arguments, Runnable first, Runnable last)
      throws Throwable {
    Thread caller = Thread.currentThread();
    if (loader != null) {
      caller.setContextClassLoader(loader);
    }
    String[] args = arguments.toArray(String[]::new);
    Throwable thrown =
        Loomlet.run(
            options,
            () -> {
              first.run();
              try {
                Throwable error = runMain(args);
                if (error != null) {
                  Uncaught.report(error, caller);
                }
                awaitThreads();
                return error;
              } finally {
                last.run();
              }
            });
    if (thrown != null) {
      Uncaught.silence(thrown, caller);
      throw thrown;
    }
  }

  /** Where threads are greenlets, one may join main's: that must end before they are waited for. */
  private @Nullable Throwable runMain(String[] args) throws Exception {
    if (!Patch.report().of(Topic.THREADS).patched()) {
      return invoke(args);
    }
    Greenlet<@Nullable Throwable> own =
        Loomlet.spawn(Thread.currentThread().getName(), () -> invoke(args));
    try {
      return own.get();
    } finally {
      own.kill();
    }
  }

  private static void awaitThreads() {
    while (true) {
      try {
        Patch.awaitThreads();
        return;
      } catch (InterruptedException e) {
        // Nobody can interrupt a main that has ended, but whoever ends the program cancels it.
        Task task = Task.of(Thread.currentThread());
        if (task != null && task.outcomeOf(e) instanceof Cancelled cancelled) {
          throw cancelled;
        }
      }
    }
  }

  /**
   * Calls {@code main} in the calling greenlet, on whatever loop that runs.
   *
   * @throws Throwable what the program throws
   */
  public void call(List<String> arguments) throws Throwable {
    if (loader != null) {
      Thread.currentThread().setContextClassLoader(loader);
    }
    main.invokeExact(arguments.toArray(String[]::new));
  }

  /** Traces are cut at this class. */
  private @Nullable Throwable invoke(String[] args) {
    try {
      main.invokeExact(args);
      return null;
    } catch (Throwable e) {
      StackTraces.cutAt(Program.class.getName(), e);
      Task task = Task.of(Thread.currentThread());
      Throwable outcome = task == null ? e : task.outcomeOf(e);
      if (outcome instanceof Cancelled cancelled) {
        // So that the loop sees that it ends by a cancellation, of which Ctrl-C tells nobody.
        throw cancelled;
      }
      return outcome;
    }
  }
}
