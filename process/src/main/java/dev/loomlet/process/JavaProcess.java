package dev.loomlet.process;

import dev.loomlet.CancelScope;
import dev.loomlet.file.PipeReader;
import dev.loomlet.file.PipeWriter;
import dev.loomlet.linux.ProcessCalls;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Java code in a process of its own, with its own heap, which can be killed: Python's {@code
 * multiprocessing.Process}.
 *
 * {@snippet :
 * try (JavaProcess process = JavaProcess.start(() -> System.out.println("hello"))) {
 *   process.join();
 * }
 * }
 *
 * <p>The child is another JVM of the same JDK, with the class path, flags and agents of this one.
 * What a lambda captures is copied to it. What it throws is printed to its standard error with its
 * stack, and {@link #failure} has it.
 *
 * <p>Waiting lets the loop go on. All methods may be called in greenlets of any loop and on
 * platform threads; one that has no loop blocks, and gets one only for pipes. A child whose end
 * nobody waits for is cleared away when the next is started.
 *
 * <p>A child does not outlive its parent, however that ends, unless it is {@linkplain
 * ProcessOptions#detached detached}. When the parent ends in an orderly way, it asks daemons to end
 * and waits for the others.
 */
public final class JavaProcess implements AutoCloseable {
  private static final Set<JavaProcess> ACTIVE = ConcurrentHashMap.newKeySet();
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final int GRACE_MILLIS = (int) ProcessOptions.GRACE.toMillis();

  private final String name;
  private final boolean daemon;
  private final boolean detached;
  private final Child child;
  private final CompactCodec codec;

  private JavaProcess(String name, ProcessOptions options, Child child, CompactCodec codec) {
    this.name = name;
    this.daemon = options.daemon();
    this.detached = options.detached();
    this.child = child;
    this.codec = codec;
  }

  /** Registered with the first child. */
  private static final class AtExit {
    static final Thread HOOK =
        Thread.ofPlatform().name("loomlet-processes").unstarted(JavaProcess::endAll);

    static {
      Runtime.getRuntime().addShutdownHook(HOOK);
    }

    static void register() {}
  }

  /** Has what this process leaves tidied up when it ends. */
  static void registerAtExit() {
    AtExit.register();
  }

  /**
   * Starts a process that runs an action. Waits until it was given the action, not until it runs.
   *
   * @param action serialisable, with all that it captures
   * @throws UnserializableException if it is not; says what it captures that is not
   * @throws IOException if no process can be started
   */
  public static JavaProcess start(SerializableAction action) throws IOException {
    return start(ProcessOptions.defaults(), action);
  }

  /** As {@link #start(SerializableAction)}, with options. */
  public static JavaProcess start(ProcessOptions options, SerializableAction action)
      throws IOException {
    byte[] content = CompactCodec.write(action, "the action", options.maxMessage());
    return start(options, action.getClass(), Frame.RUN, content);
  }

  /**
   * Starts a process that runs a class.
   *
   * @param main with a {@code main} method, as {@code java} would start it
   * @param arguments for that
   * @throws IllegalArgumentException if it has none
   */
  public static JavaProcess startMain(Class<?> main, String... arguments) throws IOException {
    return startMain(ProcessOptions.defaults(), main, arguments);
  }

  /** As {@link #startMain(Class, String...)}, with options. */
  public static JavaProcess startMain(ProcessOptions options, Class<?> main, String... arguments)
      throws IOException {
    return start(options, main, Frame.MAIN, MainCall.pack(main, arguments));
  }

  private static JavaProcess start(ProcessOptions options, Class<?> type, byte kind, byte[] content)
      throws IOException {
    AtExit.register();
    activeChildren();
    String given = options.name();
    String name = given != null ? given : "process-" + COUNT.incrementAndGet();
    List<String> allowed = new ArrayList<>(options.allowed());
    allowed.add(ObjectFilter.patternOf(type));
    byte[] hello = hello(name, options, allowed, type);
    Child spare = Spares.take(options);
    try {
      if (spare != null) {
        JavaProcess process = new JavaProcess(name, options, spare, codecOf(type, allowed));
        if (process.begin(kind, hello, content) == null) {
          return process;
        }
        process.close(); // it was ended by somebody while it waited
      }
    } finally {
      Preload.Given told = kind == Frame.RUN ? new Preload.Given(type, allowed, content) : null;
      Spares.replace(options, told);
    }
    Child child = Launch.start(options, false);
    JavaProcess process = new JavaProcess(name, options, child, codecOf(type, allowed));
    IOException failure = process.begin(kind, hello, content);
    if (failure != null) {
      String how = process.join(ProcessOptions.GRACE) ? ExitText.of(child.exitCode()) : "hangs";
      process.close();
      throw new IOException(
          "process " + name + " did not get as far as Java code: it " + how, failure);
    }
    return process;
  }

  private static CompactCodec codecOf(Class<?> type, List<String> allowed) {
    return new CompactCodec(type.getClassLoader(), allowed);
  }

  /** Tells it what to do; gives the error if it does not listen. */
  private @Nullable IOException begin(byte kind, byte[] hello, byte[] content) {
    try {
      // One write, so that a child that wakes has all of it.
      child.wire.send(
          Frame.joined(Frame.encode(Frame.HELLO, 0, hello), Frame.encode(kind, 0, content)), 0);
      return null;
    } catch (IOException e) {
      return e;
    } catch (Throwable e) {
      kill();
      throw e;
    } finally {
      // Not before: whoever notices its end closes the pipes.
      ACTIVE.add(this);
    }
  }

  /**
   * Makes what lets children start fast, if it is not there: a start-up cache on disk, good for
   * this JDK, these flags and this version, whatever the program. Without this it is made two
   * seconds after the first child has started, by one more process that takes a second or two, and
   * given up if the program ends before. Waits.
   *
   * @param timeout for another process that is making it
   * @return whether it is there; there is none while Loomlet is in folders or a module path, or if
   *     {@code LOOMLET_CACHE} says {@code off}
   * @throws IOException if no process can be started
   */
  public static boolean prepare(Duration timeout) throws IOException, InterruptedException {
    Launch.prepareOnce();
    return StartCache.own().prepare(timeout);
  }

  /**
   * Starts the spares that options ask for, and waits until they are ready for a task.
   *
   * @return false if the time was too short; they go on to start then
   * @throws IOException if one cannot be started
   */
  public static boolean startSpares(ProcessOptions options, Duration timeout)
      throws IOException, InterruptedException {
    return Spares.start(options, timeout);
  }

  /** Ends all spares; the next start with an option for some begins to start them again. */
  public static void endSpares() {
    Spares.end();
  }

  static byte[] hello(String name, ProcessOptions options, List<String> allowed, Class<?> type) {
    return hello(name, options, allowed, ProgramCode.of(type)).toBytes();
  }

  static Hello hello(String name, ProcessOptions options, List<String> allowed, ProgramCode code) {
    ProcessInfo self = current();
    return new Hello(
        new ProcessInfo(name, 0, self.pid(), options.daemon()),
        new ProcessInfo(self.name(), self.pid(), 0, self.daemon()),
        options.maxMessage(),
        allowed,
        code);
  }

  /** What this process is (Python: {@code current_process}). */
  public static ProcessInfo current() {
    Hello hello = ChildMain.told();
    ProcessHandle handle = ProcessHandle.current();
    long parent = handle.parent().map(ProcessHandle::pid).orElse(0L);
    return hello == null
        ? new ProcessInfo("main", handle.pid(), parent, false)
        : new ProcessInfo(hello.self().name(), handle.pid(), parent, hello.self().daemon());
  }

  /** The process that started this one, or null if it was not started by {@code JavaProcess}. */
  public static @Nullable ProcessInfo parent() {
    Hello hello = ChildMain.told();
    return hello == null ? null : hello.parent();
  }

  /**
   * Those that this process has started, and that have not ended. Clears away those that have. Does
   * not wait.
   */
  public static List<JavaProcess> activeChildren() {
    ACTIVE.removeIf(each -> each.child.hasEnded());
    return List.copyOf(ACTIVE);
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Its number, which may be another process's once it has ended. */
  public long pid() {
    return child.pid;
  }

  /** Whether it is asked to end when this process ends. */
  public boolean isDaemon() {
    return daemon;
  }

  /** Whether it has not ended. Does not wait. */
  public boolean isAlive() {
    return !hasEnded();
  }

  private boolean hasEnded() {
    boolean ended = child.hasEnded();
    if (ended) {
      ACTIVE.remove(this);
    }
    return ended;
  }

  /**
   * Waits for its end.
   *
   * @throws dev.loomlet.Cancelled if the caller is cancelled; the process goes on
   */
  public void join() {
    child.await(Waiter.FOREVER);
    ACTIVE.remove(this);
  }

  /**
   * Waits for its end, for a limited time.
   *
   * @param timeout 0 or less to look only
   * @return whether it has ended
   */
  public boolean join(Duration timeout) {
    child.await(TimeLimit.toNanos(timeout));
    return hasEnded();
  }

  /**
   * Its exit code: 0 if all went well, 1 if its code threw something, what it gave to {@code
   * System.exit}; or less than 0, and the number of the signal that ended it. A JVM catches SIGHUP,
   * SIGINT and SIGTERM and exits with 128 and the number; that counts as the signal. 255 if
   * somebody else has asked the kernel for it.
   *
   * @return empty if it has not ended
   */
  public OptionalInt exitCode() {
    return hasEnded() ? OptionalInt.of(child.exitCode()) : OptionalInt.empty();
  }

  /**
   * What ended it, if its code threw something: the error itself, or a {@link ChildFailure} with
   * its text if it cannot be given.
   *
   * @return null if it has not ended, or otherwise
   */
  public @Nullable Throwable failure() {
    if (!hasEnded()) {
      return null;
    }
    Frame words = child.lastWords();
    return words == null ? null : ChildMain.errorOf(words.content(), 0, codec, name);
  }

  /** Asks it to end (SIGTERM). Does not wait. Does nothing if it has ended. */
  public void terminate() {
    child.signal(ProcessCalls.SIGTERM);
  }

  /** Ends it at once (SIGKILL). Does not wait. Does nothing if it has ended. */
  public void kill() {
    child.signal(ProcessCalls.SIGKILL);
  }

  /**
   * A descriptor that can be read once the process has ended (pidfd_open(2)), to wait for it
   * together with others; from now on it is open until {@link #close}.
   *
   * @throws IllegalStateException if it has ended before somebody asked
   */
  public int sentinel() {
    return child.sentinel();
  }

  /**
   * Where to write what the child reads.
   *
   * @throws IllegalStateException if its input is no pipe
   */
  public PipeWriter input() {
    return require(child.input, "input");
  }

  /**
   * Where to read what the child writes to its standard output.
   *
   * @throws IllegalStateException if that is no pipe
   */
  public PipeReader output() {
    return require(child.output, "output");
  }

  /**
   * Where to read what the child writes to its standard error.
   *
   * @throws IllegalStateException if that is no pipe
   */
  public PipeReader errors() {
    return require(child.errors, "errors");
  }

  private static <T> T require(@Nullable T pipe, String what) {
    if (pipe == null) {
      throw new IllegalStateException(
          "the "
              + what
              + " of this process is no pipe; start it with ProcessOptions.with"
              + what.substring(0, 1).toUpperCase(Locale.ROOT)
              + what.substring(1)
              + "(Stream.PIPE)");
    }
    return pipe;
  }

  /**
   * Kills it if it still runs, waits until it is gone, deaf to cancellation, and closes its pipes
   * and its sentinel. Does nothing when repeated.
   */
  @Override
  public void close() {
    if (!hasEnded()) {
      kill();
      awaitGone();
    }
    child.release();
    if (child.input != null) {
      child.input.close();
    }
    if (child.output != null) {
      child.output.close();
    }
    if (child.errors != null) {
      child.errors.close();
    }
  }

  private void awaitGone() {
    try {
      new CancelScope().withShield(true).run(this::join);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** At the end of this JVM, when greenlets do not run any more. */
  private static void endAll() {
    List<JavaProcess> all = activeChildren();
    for (JavaProcess each : all) {
      if (each.daemon) {
        each.terminate();
      }
    }
    for (JavaProcess each : all) {
      if (each.daemon && !each.child.awaitBlocking(GRACE_MILLIS)) {
        each.kill();
      } else if (!each.daemon && !each.detached) {
        each.child.awaitBlocking(-1);
      }
    }
    OpenMemory.removeFiles();
  }

  @Override
  public String toString() {
    String state = hasEnded() ? ExitText.of(child.exitCode()) : "alive";
    return "JavaProcess[" + Objects.requireNonNull(name) + ", " + pid() + ", " + state + "]";
  }
}
