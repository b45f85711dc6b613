package dev.loomlet.process;

import dev.loomlet.linux.ProcessCalls;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Children that have been started before they are needed, and have rehearsed a task: the role of
 * Python's fork server. Any thread.
 *
 * <p>A spare waits at its pipe as every child does. It ends when the pipe does, so it does not
 * outlive its parent even if it is to be a detached process.
 */
final class Spares {
  private static final int MOST = 1024 * 1024;

  /** The one that was taken shall have the processor first, and others that are taken with it. */
  private static final long PAUSE_MILLIS = 50;

  private static final Map<Kind, Spares> ALL = new ConcurrentHashMap<>();

  /** What cannot be changed once a JVM runs. */
  private record Kind(
      List<String> jvmArguments,
      boolean detached,
      ProcessOptions.Stream input,
      ProcessOptions.Stream output,
      ProcessOptions.Stream errors,
      List<String> preload) {
    static Kind of(ProcessOptions options) {
      return new Kind(
          options.jvmArguments(),
          options.detached(),
          options.input(),
          options.output(),
          options.errors(),
          names(options.preload()));
    }

    /** Not the classes, whose loader would be kept as long as this process lives. */
    private static List<String> names(List<Class<?>> classes) {
      List<String> names = new ArrayList<>();
      for (Class<?> each : classes) {
        names.add(each.getName());
      }
      return names;
    }
  }

  /** As asked for last; those of one kind have in common what matters here. */
  private ProcessOptions options;

  private Preload preload = new Preload();

  /** What was given last, whose place is learnt when the next spare is started. */
  private Preload.@Nullable Given given;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Child> ready = new ArrayDeque<>();
  private int wanted;
  private boolean starting;
  private @Nullable Throwable failure;

  private Spares(ProcessOptions options) {
    this.options = options;
  }

  private static Spares of(ProcessOptions options) {
    return ALL.computeIfAbsent(Kind.of(options), _ -> new Spares(options));
  }

  /** A spare; null if there is none. Does not wait. {@link #replace} is to come next. */
  static @Nullable Child take(ProcessOptions options) {
    return options.spares() == 0 ? null : of(options).takeOne();
  }

  private @Nullable Child takeOne() {
    lock.lock();
    try {
      Child child = ready.poll();
      while (child != null && child.hasEnded()) {
        child = ready.poll();
      }
      return child;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins to replace the one that was taken. Not before that one was told what to do: the thread
   * that does it would have the processor first.
   *
   * @param given what it was told, if that was an action
   */
  static void replace(ProcessOptions options, Preload.@Nullable Given given) {
    if (options.spares() != 0) {
      of(options).replaceOne(options, given);
    }
  }

  private void replaceOne(ProcessOptions asked, Preload.@Nullable Given action) {
    lock.lock();
    try {
      options = asked;
      if (action != null) {
        given = action;
      }
      wanted = asked.spares();
      refill(PAUSE_MILLIS);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins to start what is missing. With the lock.
   *
   * @param pauseMillis before
   */
  private void refill(long pauseMillis) {
    if (!starting && ready.size() < wanted) {
      starting = true;
      failure = null;
      Launch.inBackground("spares", pauseMillis, this::startMissing, this::failed);
    }
  }

  private void startMissing() throws IOException {
    @Nullable Child next = null;
    while (isMissingAfter(next)) {
      next = startOne();
    }
  }

  /** Takes in one that is ready, and says whether another one is to be started. */
  private boolean isMissingAfter(@Nullable Child next) {
    lock.lock();
    try {
      if (next != null) {
        if (ready.size() < wanted) {
          ready.add(next);
        } else {
          dismiss(next);
        }
      }
      starting = ready.size() < wanted;
      changed.signalAll();
      return starting;
    } finally {
      lock.unlock();
    }
  }

  private void failed(Throwable error) {
    lock.lock();
    try {
      starting = false;
      failure = error;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private Child startOne() throws IOException {
    ProcessOptions asked;
    Preload known;
    Preload.Given last;
    lock.lock();
    try {
      asked = options;
      known = preload;
      last = given;
      given = null;
    } finally {
      lock.unlock();
    }
    if (last != null) {
      known.learn(last);
    }
    List<byte[]> preloads = known.messages(asked);
    Child child = Launch.start(asked, false);
    try {
      tell(child, List.of(StartTraining.search()));
      tell(child, preloads);
      return child;
    } catch (IOException | RuntimeException | Error e) {
      dismiss(child);
      throw e;
    }
  }

  /** Sends messages, of which the last one is answered. */
  private static void tell(Child child, List<byte[]> messages) throws IOException {
    if (messages.isEmpty()) {
      return;
    }
    for (byte[] each : messages) {
      child.wire.send(each, 0);
    }
    Frame answer = child.wire.receive(MOST);
    if (answer == null) {
      throw new IOException("a spare cannot be used; see what it printed");
    }
    if (answer.kind() != Frame.RESULT) {
      CompactCodec codec = new CompactCodec(null, List.of());
      Throwable error =
          ChildMain.errorOf(answer.content(), Integer.BYTES, codec, StartTraining.SPARE);
      throw new IOException("a spare cannot load what it is to load: " + error, error);
    }
  }

  private static void dismiss(Child child) {
    child.signal(ProcessCalls.SIGKILL);
    child.await(Waiter.FOREVER);
  }

  /**
   * Starts what is missing, and waits for it.
   *
   * @return false if the time was too short
   */
  static boolean start(ProcessOptions options, Duration timeout)
      throws IOException, InterruptedException {
    return of(options).startAll(options, timeout);
  }

  private boolean startAll(ProcessOptions asked, Duration timeout)
      throws IOException, InterruptedException {
    lock.lock();
    try {
      options = asked;
      wanted = asked.spares();
      refill(0);
      long left = timeout.toNanos();
      while (ready.size() < wanted) {
        if (failure != null) {
          throw new IOException("the spares cannot be started", failure);
        }
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends all that wait. */
  static void end() {
    for (Spares each : ALL.values()) {
      List<Child> ended;
      each.lock.lock();
      try {
        each.wanted = 0;
        each.given = null;
        each.preload = new Preload();
        each.options = each.options.withoutPreload();
        ended = new ArrayList<>(each.ready);
        each.ready.clear();
      } finally {
        each.lock.unlock();
      }
      ended.forEach(Spares::dismiss);
    }
  }

  /** How many wait for these options. */
  static int waiting(ProcessOptions options) {
    Spares spares = of(options);
    spares.lock.lock();
    try {
      return spares.ready.size();
    } finally {
      spares.lock.unlock();
    }
  }
}
