package dev.loomlet.diagnose;

import dev.loomlet.wait.WatchedLoop;
import dev.loomlet.wait.WatchedLoops;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks after all loops of this JVM, from a daemon thread of its own: for deadlocks, deserted
 * queues and stalled loops four times a second, for greenlets that keep their loop twice in the
 * time they may.
 *
 * <p>{@code loomlet run} has one unless told otherwise. Elsewhere {@link #start()} or the system
 * property {@value #PROPERTY} makes one. A look that takes long, because there are very many
 * greenlets, is followed by a pause a hundred times as long.
 */
public final class Watch implements AutoCloseable {
  /** System property: {@code true} starts a printing watch with the first loop. */
  public static final String PROPERTY = "loomlet.watch";

  private static final long LOOK_NANOS = 250_000_000;
  private static final int PAUSE_FACTOR = 100;
  private static final Set<Thread> THREADS = ConcurrentHashMap.newKeySet();
  private static final AtomicBoolean STARTED_BY_PROPERTY = new AtomicBoolean();

  private final WatchOptions options;
  private final Thread thread;
  private volatile boolean closed;

  private Watch(WatchOptions options) {
    this.options = options;
    this.thread = Thread.ofPlatform().daemon().name("loomlet watch").unstarted(this::runAsWatch);
  }

  /** Starts one that prints to standard error. */
  public static Watch start() {
    return start(WatchOptions.printing(System.err));
  }

  /** Starts one. Does not wait. */
  public static Watch start(WatchOptions options) {
    Watch watch = new Watch(options);
    watch.thread.start();
    return watch;
  }

  /**
   * Starts one if the system property asks for it and this has not happened yet.
   *
   * @throws IllegalArgumentException as {@link WatchOptions#printing}; every time
   */
  public static void startIfWanted() {
    if (Boolean.getBoolean(PROPERTY) && !STARTED_BY_PROPERTY.get()) {
      WatchOptions options = WatchOptions.printing(System.err);
      if (STARTED_BY_PROPERTY.compareAndSet(false, true)) {
        start(options);
      }
    }
  }

  /** Whether a thread does nothing but watch. */
  static boolean isWatch(Thread thread) {
    return THREADS.contains(thread);
  }

  private void runAsWatch() {
    THREADS.add(thread);
    try {
      run();
    } finally {
      THREADS.remove(thread);
    }
  }

  private void run() {
    long limit = options.hogLimit().isPositive() ? options.hogLimit().toNanos() : Long.MAX_VALUE;
    long interval = Math.clamp(limit / 2, 1_000_000, LOOK_NANOS);
    HogSearch hogs = new HogSearch(limit, interval);
    StallSearch stalls = new StallSearch();
    JamSearch jams = new JamSearch();
    List<Cycle> before = List.of();
    List<Cycle> reported = new ArrayList<>();
    long nextLook = System.nanoTime() + LOOK_NANOS;
    long tookBefore = 0;
    while (!closed) {
      LockSupport.parkNanos(this, interval);
      List<WatchedLoop> loops = WatchedLoops.all();
      if (options.hogLimit().isPositive()) {
        hogs.sample(loops).forEach(options.hogs());
      }
      long now = System.nanoTime();
      if (now - nextLook < 0) {
        continue;
      }
      Look.Found found = Look.takeAll();
      jams.look(found.jams(), now);
      List<Cycle> cycles = found.cycles();
      long took = System.nanoTime() - now;
      List<Cycle> current = cycles;
      reported.removeIf(each -> !each.isIn(current));
      for (Cycle cycle : cycles.isEmpty() ? cycles : Deadlocks.confirm(cycles, before)) {
        if (!cycle.isIn(reported)) {
          reported.add(cycle);
          options.deadlocks().accept(Deadlocks.report(cycle));
        }
      }
      before = cycles;
      jams.deadlocks().forEach(options.deadlocks());
      jams.deserted().forEach(options.deserted());
      jams.collectIfWanted();
      if (options.loopExit()) {
        stalls.look(loops);
      }
      // A single long one says little: classes are loaded, or the machine is busy.
      nextLook = now + Math.max(LOOK_NANOS, Math.min(took, tookBefore) * PAUSE_FACTOR);
      tookBefore = took;
    }
  }

  /** Ends it. Does not wait for it to end. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
