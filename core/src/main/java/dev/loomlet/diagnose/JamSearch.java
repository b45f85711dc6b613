package dev.loomlet.diagnose;

import dev.loomlet.jdk.ThreadInspector;
import dev.loomlet.jdk.ThreadInspector.Snapshot;
import dev.loomlet.wait.Passage;
import dev.loomlet.wait.Passage.Standstill;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Follows what stands still at queues and channels from look to look.
 *
 * <p>Two things may come of it. If only handles lead to a channel, and those of the other side are
 * no longer reachable, nobody can ever come: a deadlock. If all who ever used the other side have
 * ended, and one of them by an error, somebody else may still come: that is told as it is.
 *
 * <p>That handles are out of reach becomes known when garbage is collected. Where the one thing
 * points to the other (everybody has ended whom one knows of), and the heap in use is small, a
 * collection is asked for: once for each channel, and so seldom that they take a hundredth of the
 * time at most.
 */
final class JamSearch {
  /** For how long somebody must have waited before it is told that the others have ended. */
  static final long LONG_NANOS = 1_000_000_000;

  /** In how many looks in a row a wait must be the same. */
  private static final int LOOKS = 2;

  /**
   * The same for one that must be long, so that a stop of the whole process does not make it so.
   */
  private static final int LOOKS_OF_LONG = 4;

  /** How many of those who wait at one queue are named. */
  private static final int NAMED = 32;

  private static final long SMALL_HEAP = 256L << 20;
  private static final int PAUSE_FACTOR = 100;

  private IdentityHashMap<Object, Followed> followed = new IdentityHashMap<>();
  private final Set<Object> dead = Collections.newSetFromMap(new WeakHashMap<>());
  private final Set<Object> noted = Collections.newSetFromMap(new WeakHashMap<>());
  private final Set<Object> collectedFor = Collections.newSetFromMap(new WeakHashMap<>());
  private final List<Deadlock> deadlocks = new ArrayList<>();
  private final List<Deserted> deserted = new ArrayList<>();

  /** Those for which a collection may be worth while. */
  private final List<Object> uncollected = new ArrayList<>();

  private boolean hasCollected;
  private long nextCollection;

  /**
   * A jam since some look.
   *
   * @param waits those that have been there since then
   */
  private record Followed(Jam jam, List<Wait> waits, long since, int looks) {}

  /**
   * Looks at what one look found.
   *
   * @param nanos when that was
   */
  void look(List<Jam> jams, long nanos) {
    deadlocks.clear();
    deserted.clear();
    uncollected.clear();
    IdentityHashMap<Object, Followed> now = new IdentityHashMap<>();
    for (Jam jam : jams) {
      Followed each = follow(jam, followed.get(jam.at()), nanos);
      now.put(jam.at(), each);
      judge(each, nanos);
    }
    followed = now;
  }

  private static Followed follow(Jam jam, @Nullable Followed before, long nanos) {
    if (before != null && before.jam.standstill().toTake() == jam.standstill().toTake()) {
      List<Wait> left =
          before.waits.stream()
              .filter(each -> jam.waits().stream().anyMatch(each::isSame))
              .toList();
      if (!left.isEmpty()) {
        return new Followed(jam, left, before.since, before.looks + 1);
      }
    }
    // Those who wait for all work to be done wait at the same queue, but in neither line.
    Passage passage = Jam.passage(jam.at());
    List<Thread> inLine =
        passage == null ? List.of() : passage.waiting(jam.standstill().toTake(), NAMED);
    List<Wait> waits = jam.waits().stream().filter(each -> inLine.contains(each.thread())).toList();
    return new Followed(jam, waits, nanos, 1);
  }

  private void judge(Followed each, long nanos) {
    if (each.looks < LOOKS || each.waits.isEmpty()) {
      return;
    }
    Standstill standstill = each.jam.standstill();
    if (Jam.isDropped(standstill)) {
      if (dead.add(each.jam.at())) {
        deadlocks.add(deadlock(each));
      }
      return;
    }
    if (Jam.mayBeDropped(standstill) && !collectedFor.contains(each.jam.at())) {
      uncollected.add(each.jam.at());
    }
    boolean isLong = each.looks >= LOOKS_OF_LONG && nanos - each.since >= LONG_NANOS;
    if (isLong && Jam.isDeserted(standstill) && noted.add(each.jam.at())) {
      deserted.add(deserted(each));
    }
  }

  /** The deadlocks that the last look found first. */
  List<Deadlock> deadlocks() {
    return List.copyOf(deadlocks);
  }

  /** What else the last look found first. */
  List<Deserted> deserted() {
    return List.copyOf(deserted);
  }

  /** Collects garbage if the last look would gain by it, and it takes little. */
  void collectIfWanted() {
    long start = System.nanoTime();
    if (uncollected.isEmpty() || (hasCollected && start - nextCollection < 0) || !isSmallHeap()) {
      return;
    }
    collectedFor.addAll(uncollected);
    System.gc();
    long end = System.nanoTime();
    hasCollected = true;
    nextCollection = end + (end - start) * PAUSE_FACTOR;
  }

  private static boolean isSmallHeap() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory() < SMALL_HEAP;
  }

  private static Deadlock deadlock(Followed stuck) {
    Standstill standstill = stuck.jam.standstill();
    String place = Names.of(stuck.jam.at(), false);
    List<Deadlock.Party> parties = new ArrayList<>();
    for (Wait wait : stuck.waits) {
      Thread thread = wait.thread();
      parties.add(
          new Deadlock.Party(thread, Names.inFull(thread), place, stack(thread), null, null));
    }
    return new Deadlock(parties, Others.dropped(standstill));
  }

  private static Deserted deserted(Followed waiting) {
    Standstill standstill = waiting.jam.standstill();
    List<Deserted.Waiting> parties = new ArrayList<>();
    for (Wait wait : waiting.waits) {
      Thread thread = wait.thread();
      parties.add(new Deserted.Waiting(thread, Names.inFull(thread), stack(thread)));
    }
    return new Deserted(
        Names.of(waiting.jam.at(), false),
        standstill.toTake(),
        standstill.others().lives().stream().map(Others::withEnd).toList(),
        parties);
  }

  private static List<StackTraceElement> stack(Thread thread) {
    Snapshot snapshot = ThreadInspector.snapshot(thread);
    return snapshot == null ? List.of(thread.getStackTrace()) : snapshot.stack();
  }
}
