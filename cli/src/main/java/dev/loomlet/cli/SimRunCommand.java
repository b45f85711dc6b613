package dev.loomlet.cli;

import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.exit.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code loomlet sim run}: many seeds, in several processes, up to the first failure. */
@Command(
    name = "run",
    header = "Runs a program under many seeds, and stops at the first failure.",
    description =
        "The seeds are shared out among processes. A failure is shown with its seed, its options,"
            + " the smallest schedule that was found for it, and a timeline.")
final class SimRunCommand implements Callable<Integer> {
  /** With fewer, another process does not pay. */
  private static final int SEEDS_OF_A_PROCESS = 50;

  // Set by picocli, as everything annotated here.
  @SuppressWarnings("NullAway.Init")
  @Spec
  CommandSpec spec;

  @Mixin final HelpOption help = new HelpOption();
  @Mixin final SimProgram program = new SimProgram();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "1000",
      description = "how many (1000)")
  int seeds;

  @Option(names = "--first", paramLabel = "N", defaultValue = "1", description = "the first (1)")
  long first;

  @Option(
      names = "--processes",
      paramLabel = "N",
      defaultValue = "0",
      description = "how many at once (as many as processors)")
  int processes;

  /** One that runs every so manyth seed. */
  private static final class Worker {
    final Process process;
    final StringBuilder failure = new StringBuilder();
    volatile boolean failed;
    volatile int done;

    Worker(Process process) {
      this.process = process;
    }

    void read(Runnable whenFailed) {
      try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (failed) {
            failure.append(line).append('\n');
          } else if (line.startsWith(SimWorkCommand.DONE)) {
            done = Integer.parseInt(line.substring(SimWorkCommand.DONE.length()));
          } else if (line.startsWith(SimWorkCommand.FAILED)) {
            failed = true;
          }
        }
      } catch (IOException e) {
        // It was ended, because another one has found something.
      }
      if (failed) {
        whenFailed.run();
      }
    }
  }

  @Override
  public Integer call() throws Exception {
    if (seeds < 1 || processes < 0) {
      throw CommandFailure.usage("--seeds must be at least 1, --processes at least 0");
    }
    program.simOptions();
    PrintWriter err = spec.commandLine().getErr();
    // Compiles it once, so that the processes find it compiled, and says what is wrong with it.
    program.find(err);
    int count = Math.min(seeds, processes == 0 ? usualProcesses() : processes);
    long start = System.nanoTime();
    List<Worker> workers = new ArrayList<>();
    List<Thread> readers = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        Worker worker = new Worker(start(i, count));
        workers.add(worker);
        readers.add(
            Thread.ofPlatform()
                .daemon()
                .start(() -> worker.read(() -> endAllBut(workers, worker))));
      }
      for (Thread each : readers) {
        each.join();
      }
    } finally {
      endAllBut(workers, null);
    }
    return report(workers, (System.nanoTime() - start) / 1e9);
  }

  /** As many as processors; but to start one takes as long as to run some seeds. */
  private int usualProcesses() {
    int worthwhile = (seeds + SEEDS_OF_A_PROCESS - 1) / SEEDS_OF_A_PROCESS;
    return Math.min(worthwhile, Runtime.getRuntime().availableProcessors());
  }

  private Process start(int number, int count) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("sim", "work"));
    arguments.addAll(List.of("--first", Long.toString(first + number)));
    arguments.addAll(List.of("--step", Integer.toString(count)));
    arguments.addAll(List.of("--count", Integer.toString((seeds - number + count - 1) / count)));
    arguments.addAll(program.arguments());
    return new ProcessBuilder(OwnCommand.of(arguments))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void endAllBut(List<Worker> workers, @Nullable Worker one) {
    for (Worker each : workers) {
      if (each != one) {
        each.process.destroyForcibly();
      }
    }
  }

  private int report(List<Worker> workers, double seconds) throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    int done = 0;
    for (Worker each : workers) {
      done += each.done;
      if (each.failed) {
        out.print(each.failure);
        out.flush();
        return ExitCode.FAILED;
      }
    }
    for (Worker each : workers) {
      if (each.process.waitFor() != 0) {
        throw CommandFailure.failed("a process of the exploration ended by itself");
      }
    }
    out.println(String.format(Locale.ROOT, "%,d seeds, no failure, in %.1f s", done, seconds));
    out.flush();
    return ExitCode.OK;
  }
}
