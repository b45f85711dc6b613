package dev.loomlet.process;

import dev.loomlet.AsyncResult;
import dev.loomlet.Loomlet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part of a pool that runs on its loop, and so needs no lock: which task goes to which process,
 * and what comes in the place of a process that ends.
 *
 * <p>A process is given its next task when it has answered the last one, so that none waits behind
 * a long one while another process is idle. Only as long as tasks are short, a few are sent ahead:
 * then the wait for a task that is longer than those before is the price for not having each
 * process idle for the time that a message takes.
 */
final class Dispatcher {
  /** So many processes in a row that do not even get ready: then it is no accident. */
  private static final int MOST_FAILURES = 5;

  private static final long SHORT_NANOS = 200_000;
  private static final int MOST_AHEAD = 32;

  private final ProcessPool pool;
  private final String name;
  final PoolOptions options;
  final byte[] first;
  private final ArrayDeque<ProcessFuture<?>> waiting = new ArrayDeque<>();
  private final List<PoolWorker> workers = new ArrayList<>();
  private final AsyncResult<@Nullable Void> end = new AsyncResult<>("end of a pool");
  private long lastNumber;
  private int lastWorker;
  private int failures;
  private double typicalNanos = SHORT_NANOS;
  private boolean shutdown;
  private @Nullable String broken;
  private volatile int ready;

  Dispatcher(ProcessPool pool, String name, PoolOptions options, byte[] first) {
    this.pool = pool;
    this.name = name;
    this.options = options;
    this.first = first;
  }

  void start() {
    for (int i = 0; i < options.size() + options.spares(); i++) {
      addWorker();
    }
  }

  /** For the pool's main greenlet. */
  void awaitEnd() {
    end.join();
    Loomlet.joinOthers();
  }

  private void addWorker() {
    PoolWorker worker = new PoolWorker(this, name + "-" + ++lastWorker);
    workers.add(worker);
    Loomlet.spawn(worker.name(), worker::run);
  }

  TaskClasses classes() {
    return pool.classes();
  }

  int readyCount() {
    return ready;
  }

  private void countReady() {
    int count = 0;
    for (PoolWorker each : workers) {
      if (each.takesTasks()) {
        count++;
      }
    }
    ready = count;
  }

  /** Takes in what was submitted, and gives it out. */
  void dispatch() {
    for (ProcessFuture<?> each = pool.pollInbox(); each != null; each = pool.pollInbox()) {
      if (broken != null) {
        each.fail(new BrokenProcessPoolException(broken));
      } else {
        each.number = ++lastNumber;
        waiting.add(each);
      }
    }
    assign();
  }

  private int depth() {
    return Math.clamp((long) (SHORT_NANOS / Math.max(1, typicalNanos)), 1, MOST_AHEAD);
  }

  private void assign() {
    int most = depth();
    for (int depth = 1; depth <= most && !waiting.isEmpty(); depth++) {
      int active = 0;
      // By index: one that gets its last task makes another one come, at the end of the list.
      for (int i = 0; i < workers.size() && active < options.size(); i++) {
        PoolWorker each = workers.get(i);
        if (each.takesTasks()) {
          active++;
          giveUpTo(depth, each);
        }
      }
    }
    for (int i = 0; i < workers.size(); i++) {
      workers.get(i).flush();
    }
    endIfDone();
  }

  private void giveUpTo(int depth, PoolWorker worker) {
    while (worker.load() < depth && worker.takesTasks()) {
      ProcessFuture<?> next = nextWaiting();
      if (next == null) {
        return;
      }
      worker.give(next);
    }
  }

  private @Nullable ProcessFuture<?> nextWaiting() {
    ProcessFuture<?> next = waiting.poll();
    while (next != null && next.isDone()) {
      next = waiting.poll(); // cancelled meanwhile
    }
    return next;
  }

  /** A worker is ready for its first task. */
  void ready() {
    failures = 0;
    countReady();
    assign();
  }

  /** A task took so long, in its process. */
  void took(long nanos) {
    typicalNanos += (nanos - typicalNanos) / 8;
  }

  /** A worker has answered one task or more. */
  void answered() {
    if (!waiting.isEmpty() || shutdown) {
      assign();
    }
  }

  /**
   * A worker has ended.
   *
   * @param unbegun tasks that it had not begun
   * @param failed whether it never got as far as to take tasks, though nobody killed it
   * @param how it ended, in words
   */
  void gone(PoolWorker worker, List<ProcessFuture<?>> unbegun, boolean failed, String how) {
    workers.remove(worker);
    for (int i = unbegun.size() - 1; i >= 0; i--) {
      waiting.addFirst(unbegun.get(i));
    }
    if (failed && ++failures >= MOST_FAILURES && broken == null) {
      breakAll(how);
    }
    refill();
    countReady();
    assign();
  }

  /** A worker takes no more tasks, and ends when it has answered those that it has. */
  void retires() {
    refill();
    countReady();
  }

  private void refill() {
    if (broken != null || (shutdown && waiting.isEmpty())) {
      return;
    }
    int staying = 0;
    for (PoolWorker each : workers) {
      if (!each.isRetired()) {
        staying++;
      }
    }
    while (staying++ < options.size() + options.spares()) {
      addWorker();
    }
  }

  private void breakAll(String how) {
    String text =
        "the pool "
            + name
            + " cannot start processes: "
            + MOST_FAILURES
            + " in a row ended before their first task; the last one "
            + how;
    broken = text;
    for (ProcessFuture<?> each : waiting) {
      each.fail(new BrokenProcessPoolException(text));
    }
    waiting.clear();
  }

  /** A future was cancelled, and its task may run. */
  void cancelled(ProcessFuture<?> future, boolean kill) {
    waiting.remove(future);
    for (PoolWorker each : List.copyOf(workers)) {
      if (kill && each.runs(future)) {
        each.kill();
      }
    }
    endIfDone();
  }

  void killWorkers() {
    for (PoolWorker each : workers) {
      each.kill();
    }
  }

  /** Begins the end; gives the tasks that were cancelled because they had not begun. */
  List<Runnable> shutdown(boolean cancelPending, boolean kill) {
    dispatch();
    shutdown = true;
    List<Runnable> pending = new ArrayList<>();
    if (cancelPending) {
      List<ProcessFuture<?>> all = new ArrayList<>(waiting);
      waiting.clear();
      for (ProcessFuture<?> each : all) {
        if (each.cancel(false)) {
          pending.add(each);
        }
      }
    }
    if (kill) {
      killWorkers();
    }
    assign();
    return pending;
  }

  /** For whoever looks from outside. */
  Map<String, Object> state() {
    List<Map<String, Object>> processes = new ArrayList<>();
    int running = 0;
    for (PoolWorker each : workers) {
      running += each.load();
      processes.add(each.state());
    }
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("name", name);
    state.put("size", options.size());
    state.put("ready", ready);
    state.put("waiting", waiting.size());
    state.put("given", running);
    state.put("submitted", lastNumber);
    state.put("processes", processes);
    return state;
  }

  private void endIfDone() {
    if (!shutdown || !waiting.isEmpty()) {
      return;
    }
    for (PoolWorker each : workers) {
      each.retire();
    }
    if (workers.isEmpty()) {
      end.set(null);
    }
  }
}
