package dev.loomlet.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** By the kernel's tracepoint for the entry of a call, and {@code perf stat}. */
final class PerfCounter implements SystemCallCounter {
  private static final String EVENT = "raw_syscalls:sys_enter";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Override
  public String method() {
    return "perf stat -e " + EVENT + ", in a short round of its own";
  }

  @Override
  public Count start(long pid) throws IOException {
    return new Running(pid);
  }

  /** A perf that is told by lines when to count. */
  private static final class Running implements Count {
    private final Path result = Files.createTempFile("loomlet-perf", ".csv");
    private final Process perf;
    private final BufferedWriter commands;
    private final BufferedReader answers;

    Running(long pid) throws IOException {
      List<String> command =
          List.of(
              "perf",
              "stat",
              "--control",
              "fd:0,1",
              "--delay",
              "-1",
              "-x",
              ",",
              "-e",
              EVENT,
              "-o",
              result.toString(),
              "-p",
              Long.toString(pid));
      perf = start(command);
      commands = perf.outputWriter();
      answers = perf.inputReader();
      try {
        tell("enable");
      } catch (IOException e) {
        close();
        throw e;
      }
    }

    private Process start(List<String> command) throws IOException {
      try {
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      } catch (IOException e) {
        Files.deleteIfExists(result);
        throw e;
      }
    }

    /** It answers when it has done what it was told. */
    private void tell(String what) throws IOException {
      commands.write(what + "\n");
      commands.flush();
      CompletableFuture<Boolean> answer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  String line = answers.readLine();
                  return line != null && line.contains("ack");
                } catch (IOException e) {
                  return false;
                }
              });
      try {
        if (answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          return;
        }
      } catch (TimeoutException | ExecutionException e) {
        // The same as a wrong answer.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new IOException("perf does not " + what);
    }

    @Override
    public double stop() throws IOException {
      tell("disable");
      if (!Signal.INTERRUPT.sendAndAwaitEnd(perf, PATIENCE)) {
        throw new IOException("perf does not end");
      }
      for (String line : Files.readAllLines(result)) {
        String[] fields = line.split(",", -1);
        if (fields.length > 2 && fields[2].startsWith(EVENT)) {
          // Where it has no number, no thread of the process has run.
          return fields[0].matches("\\d+") ? Double.parseDouble(fields[0]) : 0;
        }
      }
      throw new IOException("perf does not count " + EVENT);
    }

    @Override
    public void close() {
      perf.destroyForcibly();
      try {
        Files.deleteIfExists(result);
      } catch (IOException e) {
        // It stays in the folder for temporary files.
      }
    }
  }
}
