package dev.loomlet.process;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a child process is started. Immutable; each {@code with} gives a changed copy.
 *
 * @param name for messages and {@code ps}; null to have one made up
 * @param daemon whether it is ended when its parent ends in an orderly way, rather than waited for
 * @param detached whether it outlives its parent; else it ends when its parent is gone, however
 *     that went
 * @param input standard input; nothing at first
 * @param output standard output; the parent's at first
 * @param errors standard error; the parent's at first
 * @param jvmArguments behind those of this JVM, so that they win
 * @param allowed what else may be in messages besides the JDK's values and what is in the package
 *     of the task: a class by its name, a package by {@code name.*}, with those below it by {@code
 *     name.**}
 * @param maxMessage bytes of a task or result at most; more is an error
 * @param spares how many JVMs are kept started and waiting for the next process with such options;
 *     each takes as much memory as an idle child, and ends with its parent
 * @param preload classes that spares load and initialise while they wait
 */
public record ProcessOptions(
    @Nullable String name,
    boolean daemon,
    boolean detached,
    Stream input,
    Stream output,
    Stream errors,
    List<String> jvmArguments,
    List<String> allowed,
    int maxMessage,
    int spares,
    List<Class<?>> preload) {

  /** What a standard stream of a child is. */
  public enum Stream {
    /** The parent's own. */
    INHERIT,
    /**
     * A pipe, of which the parent has the other end. It belongs to the loop of whoever starts the
     * process. A platform thread that has none gets {@linkplain dev.loomlet.Loop#current one} by
     * that, and keeps it; others can use the pipe only while that thread waits on its loop.
     */
    PIPE,
    /** Nothing: reads end at once, and what is written is lost. */
    DISCARD
  }

  private static final int DEFAULT_MAX_MESSAGE = 64 * 1024 * 1024;
  private static final int LEAST_MAX_MESSAGE = 1024;
  private static final int MOST_SPARES = 1_000;

  private static final ProcessOptions DEFAULTS =
      new ProcessOptions(
          null,
          false,
          false,
          Stream.DISCARD,
          Stream.INHERIT,
          Stream.INHERIT,
          List.of(),
          List.of(),
          DEFAULT_MAX_MESSAGE,
          0,
          List.of());

  /** Checks. */
  public ProcessOptions {
    Objects.requireNonNull(input);
    Objects.requireNonNull(output);
    Objects.requireNonNull(errors);
    jvmArguments = List.copyOf(jvmArguments);
    allowed = List.copyOf(allowed);
    preload = List.copyOf(preload);
    if (daemon && detached) {
      throw new IllegalArgumentException(
          "a detached process outlives its parent, and a daemon does not; choose one");
    }
    if (maxMessage < LEAST_MAX_MESSAGE) {
      throw new IllegalArgumentException(
          "a message has at least " + LEAST_MAX_MESSAGE + " bytes, not " + maxMessage);
    }
    allowed.forEach(ObjectFilter::check);
    if (spares < 0 || spares > MOST_SPARES) {
      throw new IllegalArgumentException(
          "there are 0 to " + MOST_SPARES + " spares, not " + spares);
    }
    if (spares > 0 && (input == Stream.PIPE || output == Stream.PIPE || errors == Stream.PIPE)) {
      throw new IllegalArgumentException(
          "a spare has been started before anybody knows whose pipes it would have; inherit or"
              + " discard its streams, or do without spares");
    }
  }

  /** Not a daemon, no input, the parent's output and errors. */
  public static ProcessOptions defaults() {
    return DEFAULTS;
  }

  /** With a name. */
  public ProcessOptions withName(String name) {
    Objects.requireNonNull(name);
    return changed(draft -> draft.name = name);
  }

  /** As a daemon, or not. */
  public ProcessOptions withDaemon(boolean daemon) {
    return changed(draft -> draft.daemon = daemon);
  }

  /** To outlive its parent, or not. */
  public ProcessOptions withDetached(boolean detached) {
    return changed(draft -> draft.detached = detached);
  }

  /** With another standard input. */
  public ProcessOptions withInput(Stream input) {
    return changed(draft -> draft.input = input);
  }

  /** With another standard output. */
  public ProcessOptions withOutput(Stream output) {
    return changed(draft -> draft.output = output);
  }

  /** With another standard error. */
  public ProcessOptions withErrors(Stream errors) {
    return changed(draft -> draft.errors = errors);
  }

  /** With further arguments for the JVM, such as {@code -Xmx64m}. */
  public ProcessOptions withJvmArguments(String... arguments) {
    return changed(draft -> draft.jvmArguments = joined(jvmArguments, arguments));
  }

  /** With further classes that may be in messages; see {@link #allowed}. */
  public ProcessOptions withAllowed(String... patterns) {
    return changed(draft -> draft.allowed = joined(allowed, patterns));
  }

  /** With another limit of messages, in bytes. */
  public ProcessOptions withMaxMessage(int bytes) {
    return changed(draft -> draft.maxMessage = bytes);
  }

  /**
   * With so many spares, from the next start on: then a start takes milliseconds. {@link
   * JavaProcess#startSpares} starts them before.
   */
  public ProcessOptions withSpares(int spares) {
    return changed(draft -> draft.spares = spares);
  }

  /**
   * With classes that spares load and initialise while they wait, as Python's {@code
   * set_forkserver_preload} does for modules. Their static initialisers run in each spare, before
   * it is known what it is for: they must not depend on that.
   *
   * <p>Without this, spares load the classes whose lambdas other spares were given before. They
   * initialise none of them that has a static initialiser; nor do they run anything.
   *
   * @param classes instead of those of before
   */
  public ProcessOptions withPreload(Class<?>... classes) {
    return withPreload(List.of(classes));
  }

  ProcessOptions withoutPreload() {
    return withPreload(List.of());
  }

  private ProcessOptions withPreload(List<Class<?>> classes) {
    return changed(draft -> draft.preload = classes);
  }

  private static List<String> joined(List<String> some, String... more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(List.of(more));
    return all;
  }

  private ProcessOptions changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** A copy in which one component is changed. */
  private static final class Draft {
    @Nullable String name;
    boolean daemon;
    boolean detached;
    Stream input;
    Stream output;
    Stream errors;
    List<String> jvmArguments;
    List<String> allowed;
    int maxMessage;
    int spares;
    List<Class<?>> preload;

    Draft(ProcessOptions from) {
      this.name = from.name;
      this.daemon = from.daemon;
      this.detached = from.detached;
      this.input = from.input;
      this.output = from.output;
      this.errors = from.errors;
      this.jvmArguments = from.jvmArguments;
      this.allowed = from.allowed;
      this.maxMessage = from.maxMessage;
      this.spares = from.spares;
      this.preload = from.preload;
    }

    ProcessOptions options() {
      return new ProcessOptions(
          name,
          daemon,
          detached,
          input,
          output,
          errors,
          jvmArguments,
          allowed,
          maxMessage,
          spares,
          preload);
    }
  }

  /** How long a child that was asked to end is given before it is killed. */
  static final Duration GRACE = Duration.ofSeconds(2);
}
