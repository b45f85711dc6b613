package dev.loomlet.diagnose;

import dev.loomlet.Cancelled;
import dev.loomlet.jdk.ThreadInspector;
import dev.loomlet.jdk.ThreadInspector.Monitor;
import dev.loomlet.jdk.ThreadInspector.Snapshot;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.Waiter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds greenlets and threads that wait for one another in a circle, or for what nobody can send.
 *
 * <p>It knows who holds Loomlet's locks, the JDK's {@code ReentrantLock} and the write half of
 * {@code ReentrantReadWriteLock}, and the monitors of {@code synchronized}; and that a join, or the
 * end of a task group, needs the greenlets that it waits for. These may be mixed, and reach across
 * loops, plain threads, and virtual threads of the JDK's scheduler that hold such a lock.
 *
 * <p>It also finds those who wait at a channel that was made by {@link
 * dev.loomlet.queue.Channel#open} and whose senders (or receivers) were all collected as garbage
 * without having been closed. Queues that somebody might still come to are {@link Deserted} at
 * worst.
 *
 * <p>Only what cannot end by itself counts: a wait with a time-out, or of a greenlet that is in a
 * scope with a deadline or has a {@link dev.loomlet.Timeout} running, is no deadlock; whether
 * somebody is going to kill one of them cannot be known. gevent, asyncio and trio have nothing like
 * it; the JDK's {@code ThreadMXBean.findDeadlockedThreads} sees platform threads only.
 */
public final class Deadlocks {
  /** Between two looks of {@link #find}. */
  private static final long PAUSE_NANOS = 150_000_000;

  /** How often something that was found twice is looked at again at once. */
  private static final int CONFIRMATIONS = 3;

  private Deadlocks() {}

  /**
   * The deadlocks that there are now. Any thread. Does not wait if nothing looks like one;
   * otherwise it looks again after 150 ms.
   *
   * @return an empty list if there is none
   * @throws Cancelled if the caller is cancelled while it waits
   */
  public static List<Deadlock> find() {
    Task.checkpoint();
    Look.Found first = Look.takeAll();
    if (first.cycles().isEmpty()
        && first.jams().stream().noneMatch(each -> Jam.isDropped(each.standstill()))) {
      return List.of();
    }
    JamSearch jams = new JamSearch();
    jams.look(first.jams(), 0);
    pause();
    Look.Found second = Look.takeAll();
    jams.look(second.jams(), PAUSE_NANOS);
    List<Deadlock> deadlocks = new ArrayList<>(jams.deadlocks());
    for (Cycle each : confirm(second.cycles(), first.cycles())) {
      deadlocks.add(report(each));
    }
    return List.copyOf(deadlocks);
  }

  /**
   * The circles that there are now, without a second look: for who knows that nothing moves
   * meanwhile, as on the carrier thread of a loop on which everybody waits. What it finds on other
   * loops may be about to change. Does not wait, and may be called between two greenlets.
   *
   * @return an empty list if there is none
   */
  public static List<Deadlock> findAtOnce() {
    List<Deadlock> deadlocks = new ArrayList<>();
    for (Cycle each : Look.take()) {
      deadlocks.add(report(each));
    }
    return List.copyOf(deadlocks);
  }

  /**
   * Queues and channels that all who served them seem to have left. Any thread. Does not wait if
   * nothing looks like it; otherwise it waits for a little more than a second, because only a
   * longer wait counts.
   *
   * @return an empty list if there is none
   * @throws Cancelled if the caller is cancelled while it waits
   */
  public static List<Deserted> deserted() {
    Task.checkpoint();
    JamSearch search = new JamSearch();
    for (long nanos = 0; nanos < JamSearch.LONG_NANOS; nanos += PAUSE_NANOS) {
      List<Jam> jams = Look.takeAll().jams();
      if (jams.stream().noneMatch(each -> Jam.isDeserted(each.standstill()))) {
        return List.of();
      }
      search.look(jams, nanos);
      pause();
    }
    search.look(Look.takeAll().jams(), JamSearch.LONG_NANOS);
    return search.deserted();
  }

  private static void pause() {
    if (new Waiter().await(Deadlocks.class, PAUSE_NANOS) == Waiter.Outcome.CANCELLED) {
      Task.checkpoint();
    }
  }

  /** Those that were there in an earlier look and still are. */
  static List<Cycle> confirm(List<Cycle> now, List<Cycle> before) {
    List<Cycle> left = now.stream().filter(each -> each.isIn(before)).toList();
    for (int i = 0; i < CONFIRMATIONS && !left.isEmpty(); i++) {
      List<Cycle> again = Look.take();
      left = left.stream().filter(each -> each.isIn(again)).toList();
    }
    return left;
  }

  static Deadlock report(Cycle cycle) {
    List<Wait> waits = cycle.waits();
    List<Deadlock.Party> parties = new ArrayList<>();
    for (int i = 0; i < waits.size(); i++) {
      parties.add(party(waits.get(i), waits.get((i + waits.size() - 1) % waits.size())));
    }
    return new Deadlock(parties, null);
  }

  private static Deadlock.Party party(Wait wait, Wait before) {
    Thread thread = wait.thread();
    Snapshot snapshot = ThreadInspector.snapshot(thread);
    List<StackTraceElement> stack =
        snapshot == null ? List.of(thread.getStackTrace()) : snapshot.stack();
    return new Deadlock.Party(
        thread,
        Names.inFull(thread),
        Names.of(wait.blocker(), wait.monitor()),
        stack,
        Names.of(before.blocker(), before.monitor()),
        before.monitor() && snapshot != null ? since(snapshot, before.blocker()) : null);
  }

  /** Where it entered the monitor first. */
  private static @Nullable StackTraceElement since(Snapshot snapshot, Object monitor) {
    StackTraceElement since = null;
    for (Monitor each : snapshot.monitors()) {
      if (each.object() == monitor) {
        since = snapshot.stack().get(each.depth());
      }
    }
    return since;
  }
}
