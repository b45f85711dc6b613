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
      ProcessOptions.Stream errors) {
    static Kind of(ProcessOptions options) {
      return new Kind(
          options.jvmArguments(),
          options.detached(),
          options.input(),
          options.output(),
          options.errors());
    }
  }

  private final ProcessOptions options;
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

  /** A spare, which others begin to replace; null if there is none. Does not wait. */
  static @Nullable Child take(ProcessOptions options) {
    return options.spares() == 0 ? null : of(options).take(options.spares());
  }

  private @Nullable Child take(int number) {
    lock.lock();
    try {
      wanted = number;
      Child child = ready.poll();
      while (child != null && child.hasEnded()) {
        child = ready.poll();
      }
      refill(PAUSE_MILLIS);
      return child;
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
    Child child = Launch.start(options, false);
    try {
      for (byte[] each : StartTraining.search()) {
        child.wire.send(each, 0);
      }
      Frame answer = child.wire.receive(MOST);
      if (answer == null || answer.kind() != Frame.RESULT) {
        throw new IOException("a spare cannot be used; see what it printed");
      }
      return child;
    } catch (IOException | RuntimeException | Error e) {
      dismiss(child);
      throw e;
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
    return of(options).start(options.spares(), timeout);
  }

  private boolean start(int number, Duration timeout) throws IOException, InterruptedException {
    lock.lock();
    try {
      wanted = number;
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
