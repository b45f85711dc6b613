package dev.loomlet.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server in a process of its own, which says {@code listening on HOST:PORT} when it is ready. It
 * ends with this JVM at the latest.
 */
public final class ServerProcess extends PausableProcess {
  private static final Pattern READY = Pattern.compile("listening on \\S*:(\\d+)\\s*");
  private static final int LINES_KEPT = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly)));
  }

  private final String name;
  private final ArrayDeque<String> lastErrors = new ArrayDeque<>();
  private final CompletableFuture<Integer> announced = new CompletableFuture<>();
  private final Thread errors;
  private int port;

  private ServerProcess(String name, Process process) {
    super(process);
    this.name = name;
    this.errors = drain("errors", process.errorReader(), this::keep);
  }

  /**
   * Starts a server and waits until it listens.
   *
   * @param name for messages
   * @param command program and arguments
   * @param timeout how long it may take
   * @throws IOException if it cannot be started, ends, or takes too long; with the last lines of
   *     what it wrote to standard error
   */
  public static ServerProcess start(String name, List<String> command, Duration timeout)
      throws IOException {
    Process process = new ProcessBuilder(command).start();
    ALIVE.add(process);
    ServerProcess server = new ServerProcess(name, process);
    try {
      server.awaitReady(timeout);
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void awaitReady(Duration timeout) throws IOException {
    Thread output = drain("output", process().inputReader(), this::lookForPort);
    CompletableFuture<Void> ended = process().onExit().thenAccept(_ -> announceEnd(output));
    try {
      port = announced.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          name + " did not listen within " + timeout.toSeconds() + " s" + lastErrors(), e);
    } catch (ExecutionException e) {
      throw new IOException(name + " ended before it listened" + lastErrors(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + name + " started", e);
    } finally {
      ended.cancel(false);
    }
  }

  private void announceEnd(Thread output) {
    try {
      output.join(PATIENCE);
      errors.join(PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    announced.completeExceptionally(new IOException("exit status " + process().exitValue()));
  }

  private void lookForPort(String line) {
    Matcher ready = READY.matcher(line);
    if (ready.matches()) {
      announced.complete(Integer.parseInt(ready.group(1)));
    }
  }

  private Thread drain(String what, BufferedReader from, Consumer<String> to) {
    return Thread.ofPlatform()
        .daemon()
        .name(name + " " + what)
        .start(
            () -> {
              try (from) {
                for (String line; (line = from.readLine()) != null; ) {
                  to.accept(line);
                }
              } catch (IOException e) {
                // The process has ended.
              }
            });
  }

  private void keep(String line) {
    synchronized (lastErrors) {
      if (lastErrors.size() == LINES_KEPT) {
        lastErrors.removeFirst();
      }
      lastErrors.addLast(line);
    }
  }

  private String lastErrors() {
    synchronized (lastErrors) {
      return lastErrors.isEmpty() ? "" : ": " + String.join("\n  ", lastErrors);
    }
  }

  /** The name it was given. */
  public String name() {
    return name;
  }

  /** The port on which it listens. */
  public int port() {
    return port;
  }

  /** The last lines of what it wrote to standard error. */
  List<String> complaints() {
    synchronized (lastErrors) {
      return List.copyOf(lastErrors);
    }
  }

  /**
   * What it has used up to now.
   *
   * @throws IllegalStateException if it has ended or the system does not tell
   */
  public ProcessSample sample() {
    return ProcessSample.of(pid())
        .orElseThrow(
            () ->
                new IllegalStateException(
                    process().isAlive()
                        ? "this system does not tell what " + name + " uses"
                        : name + " has ended" + lastErrors()));
  }

  /** Asks it to end, and ends it if it does not. Waits. */
  @Override
  public void close() {
    super.close();
    Process process = process();
    try {
      if (!process.waitFor(PATIENCE)) {
        process.destroyForcibly();
        process.waitFor(PATIENCE);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    ALIVE.remove(process);
  }

  @Override
  public String toString() {
    return "ServerProcess[" + name + ", port " + port + ", pid " + pid() + "]";
  }
}
