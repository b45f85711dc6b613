package dev.loomlet.file;

import dev.loomlet.AsyncResult;
import dev.loomlet.CancelScope;
import dev.loomlet.Loop;
import dev.loomlet.TaskGroup;
import dev.loomlet.TaskGroupException;
import dev.loomlet.engine.InputEnd;
import dev.loomlet.engine.OutputEnd;
import dev.loomlet.engine.PipeEnds;
import dev.loomlet.engine.PipeOperations;
import dev.loomlet.wait.OnLoop;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A child process whose pipes and whose end can be waited for without holding up the loop; {@code
 * Process} for greenlets, {@code gevent.subprocess}, trio's {@code Process}.
 *
 * {@snippet :
 * try (ChildProcess child = ChildProcess.start("sort")) {
 *   child.input().write("b\na\n".getBytes());
 *   child.input().close();
 *   byte[] sorted = child.output().inputStream().readAllBytes();
 *   int exitCode = child.waitFor();
 * }
 * }
 *
 * <p>A greenlet that is cancelled while it waits leaves the child alone. {@link #close}, best by
 * try-with-resources, kills a child that still runs, and waits until it is gone; {@link #run} does
 * so itself when it is cancelled. Those that the child has started are not looked after.
 */
public final class ChildProcess implements AutoCloseable {
  /** How long {@link #close} waits for a child that was killed, and hangs in the kernel. */
  private static final Duration GONE_AT_LAST = Duration.ofSeconds(5);

  private static final int BLOCK = 16 * 1024;

  private final Loop loop;
  private final Process process;
  private final AsyncResult<Process> end;
  private final @Nullable PipeWriter input;
  private final @Nullable PipeReader output;
  private final @Nullable PipeReader errors;

  private ChildProcess(
      Loop loop,
      Process process,
      @Nullable PipeWriter input,
      @Nullable PipeReader output,
      @Nullable PipeReader errors) {
    this.loop = loop;
    this.process = process;
    this.end = AsyncResult.of(process.onExit());
    this.input = input;
    this.output = output;
    this.errors = errors;
  }

  /**
   * What a process did that has ended.
   *
   * @param exitCode 0 if all went well, by custom; 128 and the signal's number if one ended it
   * @param output what it wrote to its standard output
   * @param errors what it wrote to its standard error
   */
  @SuppressWarnings("ArrayRecordComponent") // whoever asked for the bytes may have them
  public record Completed(int exitCode, byte[] output, byte[] errors) {

    /** The output as text in UTF-8. */
    public String text() {
      return new String(output, StandardCharsets.UTF_8);
    }

    /** What went to the standard error, as text in UTF-8. */
    public String errorText() {
      return new String(errors, StandardCharsets.UTF_8);
    }
  }

  /**
   * Starts a program. Waits until it runs.
   *
   * @param command its name, which is looked for in the path, and its arguments
   * @throws IOException if it cannot be started
   * @throws IllegalArgumentException if there is not even a name
   */
  public static ChildProcess start(String... command) throws IOException {
    return start(new ProcessBuilder(command));
  }

  /**
   * Starts a program. Waits until it runs. What the builder does not redirect becomes a pipe.
   *
   * @param builder with command, directory, environment and redirections; is not changed
   * @throws IOException if it cannot be started
   */
  public static ChildProcess start(ProcessBuilder builder) throws IOException {
    if (builder.command().isEmpty()) {
      throw new IllegalArgumentException("name the program to start");
    }
    Loop loop = Loop.current();
    loop.engine().leaving("a child process");
    return OnLoop.call(loop, () -> new Launch(loop, builder).start());
  }

  /** A child on its way: the pipes of which it gets an end each. */
  private static final class Launch {
    private final Loop loop;
    private final PipeOperations pipes;
    private final ProcessBuilder builder;
    private final List<Runnable> childsEnds = new ArrayList<>();
    private final List<Runnable> ownEnds = new ArrayList<>();

    Launch(Loop loop, ProcessBuilder given) {
      this.loop = loop;
      this.pipes = loop.engine().pipes();
      this.builder =
          new ProcessBuilder(List.copyOf(given.command()))
              .directory(given.directory())
              .redirectErrorStream(given.redirectErrorStream())
              .redirectInput(given.redirectInput())
              .redirectOutput(given.redirectOutput())
              .redirectError(given.redirectError());
      builder.environment().clear();
      builder.environment().putAll(given.environment());
    }

    ChildProcess start() throws IOException {
      try {
        boolean in = builder.redirectInput() == Redirect.PIPE;
        boolean out = builder.redirectOutput() == Redirect.PIPE;
        boolean err = !builder.redirectErrorStream() && builder.redirectError() == Redirect.PIPE;
        OutputEnd input = in ? inputPipe() : null;
        InputEnd output = out ? outputPipe(true) : null;
        InputEnd errors = err ? outputPipe(false) : null;
        Process process = loop.engine().files().call(builder::start);
        if (in && input == null) {
          input = pipes.wrap(process.getOutputStream(), "a child's input");
        }
        if (out && output == null) {
          output = pipes.wrap(process.getInputStream(), "a child's output");
        }
        if (err && errors == null) {
          errors = pipes.wrap(process.getErrorStream(), "a child's errors");
        }
        ownEnds.clear();
        return new ChildProcess(
            loop,
            process,
            input == null ? null : new PipeWriter(loop, input),
            output == null ? null : new PipeReader(loop, output),
            errors == null ? null : new PipeReader(loop, errors));
      } finally {
        childsEnds.forEach(Runnable::run);
        ownEnds.forEach(Runnable::run);
      }
    }

    /** Our end of a pipe that the child reads; null if the engine's pipes have no path. */
    private @Nullable OutputEnd inputPipe() throws IOException {
      PipeEnds ends = pipes.open();
      Path path = pipes.pathOf(ends.input());
      if (path == null) {
        ends.input().close();
        ends.output().close();
        return null;
      }
      builder.redirectInput(path.toFile());
      childsEnds.add(ends.input()::close);
      ownEnds.add(ends.output()::close);
      return ends.output();
    }

    /** Our end of a pipe that the child writes to. */
    private @Nullable InputEnd outputPipe(boolean standard) throws IOException {
      PipeEnds ends = pipes.open();
      Path path = pipes.pathOf(ends.output());
      if (path == null) {
        ends.input().close();
        ends.output().close();
        return null;
      }
      File file = path.toFile();
      if (standard) {
        builder.redirectOutput(file);
      } else {
        builder.redirectError(file);
      }
      childsEnds.add(ends.output()::close);
      ownEnds.add(ends.input()::close);
      return ends.input();
    }
  }

  /**
   * Runs a program to its end, and collects what it writes; trio's {@code run_process}. If the
   * caller is cancelled meanwhile, the child is killed, and gone when this throws.
   *
   * @param limit of the output and of the errors, in bytes each
   * @param command its name, which is looked for in the path, and its arguments
   * @throws IOException if it cannot be started, or writes more than the limit: then it is killed
   */
  public static Completed run(int limit, String... command) throws IOException {
    return run(new ProcessBuilder(command), new byte[0], limit);
  }

  /**
   * As {@link #run(int, String...)}.
   *
   * @param builder with command, directory, environment and redirections; is not changed
   * @param input what the child can read; it need not
   */
  public static Completed run(ProcessBuilder builder, byte[] input, int limit) throws IOException {
    Loop loop = Loop.current();
    return OnLoop.call(loop, () -> runHere(builder, input, limit));
  }

  private static Completed runHere(ProcessBuilder builder, byte[] input, int limit)
      throws IOException {
    try (ChildProcess child = start(builder)) {
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      ByteArrayOutputStream errors = new ByteArrayOutputStream();
      TaskGroup.run(
          group -> {
            group.spawn(() -> give(child.input, input));
            group.spawn(() -> collect(child.output, output, limit, "output"));
            group.spawn(() -> collect(child.errors, errors, limit, "errors"));
            child.waitFor();
          });
      return new Completed(child.waitFor(), output.toByteArray(), errors.toByteArray());
    } catch (TaskGroupException e) {
      Throwable first = e.getCause();
      throw first instanceof IOException io ? io : new IOException(first);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("nothing else is thrown", e);
    }
  }

  private static void give(@Nullable PipeWriter writer, byte[] input) {
    if (writer == null) {
      return;
    }
    try (writer) {
      writer.write(input);
    } catch (IOException e) {
      // The child has not read all, which is its own affair.
    }
  }

  private static void collect(
      @Nullable PipeReader reader, ByteArrayOutputStream into, int limit, String what)
      throws IOException {
    if (reader == null) {
      return;
    }
    byte[] block = new byte[BLOCK];
    for (int n = reader.read(block); n >= 0; n = reader.read(block)) {
      if (into.size() + n > limit) {
        throw new IOException(
            "the child wrote more " + what + " than " + limit + " bytes; raise the limit");
      }
      into.write(block, 0, n);
    }
  }

  /**
   * Where to write what the child reads; to be closed for it to see the end.
   *
   * @throws IllegalStateException if its input was redirected
   */
  public PipeWriter input() {
    return require(input, "input");
  }

  /**
   * Where to read what the child writes.
   *
   * @throws IllegalStateException if its output was redirected
   */
  public PipeReader output() {
    return require(output, "output");
  }

  /**
   * Where to read what the child writes to its standard error.
   *
   * @throws IllegalStateException if that was redirected
   */
  public PipeReader errors() {
    return require(errors, "standard error");
  }

  private static <T> T require(@Nullable T pipe, String what) {
    if (pipe == null) {
      throw new IllegalStateException("the child's " + what + " was redirected by its builder");
    }
    return pipe;
  }

  /** Its number, which may be another process's once it has ended. */
  public long pid() {
    return process.pid();
  }

  /** Whether it has not ended. Does not wait. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits for its end.
   *
   * @return its exit code: 0 if all went well, by custom; 128 and the signal's number if one ended
   *     it
   */
  public int waitFor() {
    try {
      return end.get().exitValue();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the end of a process cannot be waited for", e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError("a wait of Loomlet is cancelled", e);
    }
  }

  /**
   * As {@link #waitFor()}, for a limited time.
   *
   * @return whether it has ended
   */
  public boolean waitFor(Duration timeout) {
    return end.join(timeout);
  }

  /** Asks it to end (SIGTERM). Does not wait. Does nothing if it has ended. */
  public void terminate() {
    process.destroy();
  }

  /** Ends it at once (SIGKILL). Does not wait. Does nothing if it has ended. */
  public void kill() {
    process.destroyForcibly();
  }

  /**
   * Kills it if it still runs, waits until it is gone, deaf to cancellation, and closes the pipes.
   * Does nothing when repeated.
   */
  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
    if (input != null) {
      input.close();
    }
    if (output != null) {
      output.close();
    }
    if (errors != null) {
      errors.close();
    }
    try {
      OnLoop.call(loop, this::awaitGone);
    } catch (IOException e) {
      throw new AssertionError("nothing is read or written", e);
    }
  }

  private @Nullable Void awaitGone() {
    if (!end.isDone()) {
      try {
        new CancelScope().withShield(true).run(() -> end.join(GONE_AT_LAST));
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return "ChildProcess[" + pid() + ", " + (isAlive() ? "alive" : "ended") + "]";
  }
}
