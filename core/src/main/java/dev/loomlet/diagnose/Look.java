package dev.loomlet.diagnose;

import dev.loomlet.jdk.ThreadInspector;
import dev.loomlet.jdk.ThreadInspector.Monitor;
import dev.loomlet.jdk.ThreadInspector.Snapshot;
import dev.loomlet.wait.Owned;
import dev.loomlet.wait.Passage;
import dev.loomlet.wait.Passage.Standstill;
import dev.loomlet.wait.Providers;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.WatchedLoop;
import dev.loomlet.wait.WatchedLoops;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One look at who waits for whom, over all loops and threads.
 *
 * <p>First come the waits that end only by the doing of known threads: for locks that know their
 * owner, and for the ends of greenlets. They are read without disturbing anybody. Only if one of
 * those threads, or any other, wants a monitor, the JVM is asked who has it, which stops each
 * thread asked about for some microseconds.
 *
 * <p>Those waits are then thinned out until each needs another one that is left: what remains can
 * never end. A wait for all of several ends is stuck if one of them is, a wait for any if all are.
 */
final class Look {
  private static final Providers NOBODY = new Providers(true, List.of());

  /** Those that can be ended by known threads only, and not by themselves. */
  private final IdentityHashMap<Thread, Wait> waits = new IdentityHashMap<>();

  /** Who want a monitor, and which wait it is. */
  private final IdentityHashMap<Thread, Integer> blocked = new IdentityHashMap<>();

  /** Whom it has looked at, of those who are no greenlets in its first walk. */
  private final IdentityHashMap<Thread, Boolean> seen = new IdentityHashMap<>();

  /** Who wait at queues and channels, by these; none for those of which nothing is to be said. */
  private final IdentityHashMap<Object, Jam> jams = new IdentityHashMap<>();

  /** Whether everybody was looked at once; some may be so again. */
  private boolean allSeen;

  private final Deque<Thread> unseen = new ArrayDeque<>();
  private final List<WatchedLoop> loops;

  private Look(List<WatchedLoop> loops) {
    this.loops = loops;
  }

  /**
   * What one look found; each may be a mistake.
   *
   * @param cycles waits for one another
   * @param jams waits at queues and channels that nobody may come to
   */
  record Found(List<Cycle> cycles, List<Jam> jams) {}

  /** Looks for cycles. */
  static List<Cycle> take() {
    return takeAll().cycles;
  }

  /** Looks for everything. */
  static Found takeAll() {
    Look look = new Look(WatchedLoops.all());
    List<Cycle> cycles = look.loops.isEmpty() ? List.of() : look.cycles();
    return new Found(cycles, look.doubtful());
  }

  private List<Jam> doubtful() {
    return jams.isEmpty()
        ? List.of()
        : jams.values().stream().filter(each -> !each.waits().isEmpty()).toList();
  }

  private List<Cycle> cycles() {
    for (WatchedLoop loop : loops) {
      for (Task task : loop.tasks()) {
        lookAtGreenlet(task);
      }
      lookAtHub(loop);
    }
    allSeen = true;
    if (waits.isEmpty() && blocked.isEmpty()) {
      return List.of();
    }
    for (Thread thread : ThreadInspector.platformThreads()) {
      lookAt(thread);
    }
    while (!unseen.isEmpty()) {
      lookAt(unseen.poll());
    }
    if (!blocked.isEmpty()) {
      lookAtMonitors();
    }
    thinOut();
    return cyclesAmongTheStuck();
  }

  private void lookAtGreenlet(Task task) {
    Thread thread = task.greenlet().thread();
    Object blocker = LockSupport.getBlocker(thread);
    boolean ours = task.isWaiting();
    if (ours && (blocker == null || task.isTimed() || task.needsAttention())) {
      return;
    }
    int count = task.waitCount();
    if (task.endsByItself()) {
      return;
    }
    if (ours) {
      addIfDoubtful(thread, count, blocker);
      addIfKnown(thread, count, blocker);
    } else {
      lookAtOther(thread, count);
    }
  }

  /** The owner of a loop waits in it for something. */
  private void lookAtHub(WatchedLoop loop) {
    Thread owner = loop.owner();
    int count = loop.hubWaits();
    if (loop.isRunning()) {
      seen.put(owner, true);
      Object blocker = LockSupport.getBlocker(owner);
      addIfDoubtful(owner, count, blocker);
      addIfKnown(owner, count, blocker);
    }
  }

  private void lookAt(Thread thread) {
    if (seen.put(thread, true) != null) {
      return;
    }
    if (thread.isVirtual()) {
      Task task = Task.of(thread);
      if (task != null) {
        lookAtGreenlet(task);
        return;
      }
    } else if (ThreadInspector.isJdkCarrier(thread)) {
      return;
    }
    lookAtOther(thread, 0);
  }

  /** One that, if it waits, waits in code of the JDK. */
  private void lookAtOther(Thread thread, int count) {
    switch (thread.getState()) {
      case BLOCKED -> blocked.put(thread, count);
      case WAITING -> addIfKnown(thread, count, LockSupport.getBlocker(thread));
      default -> {
        // It runs, or will by itself.
      }
    }
  }

  private void addIfKnown(Thread thread, int count, @Nullable Object blocker) {
    if (blocker == null) {
      return;
    }
    Providers providers = providersOf(blocker);
    // A lock that was handed over to one who has not noticed yet is its own.
    if (providers != null && !providers.threads().contains(thread)) {
      waits.put(thread, new Wait(thread, count, blocker, false, providers));
      for (Thread each : providers.threads()) {
        if (!waits.containsKey(each)) {
          unseen.add(each);
        }
      }
    }
  }

  private void addIfDoubtful(Thread thread, int count, @Nullable Object blocker) {
    Passage passage = blocker == null || allSeen ? null : Jam.passage(blocker);
    if (passage == null || blocker == null) {
      return;
    }
    Jam jam = jams.get(blocker);
    if (jam == null) {
      Standstill standstill = Jam.doubtful(passage);
      jam = standstill == null ? Jam.NONE : new Jam(blocker, standstill, new ArrayList<>());
      jams.put(blocker, jam);
    }
    if (jam != Jam.NONE) {
      jam.waits().add(new Wait(thread, count, blocker, false, NOBODY));
    }
  }

  private @Nullable Providers providersOf(Object blocker) {
    Thread owner =
        switch (blocker) {
          case Owned owned -> owned.owner();
          case AbstractOwnableSynchronizer lock -> ThreadInspector.ownerOf(lock);
          default -> null;
        };
    return owner != null ? Wait.on(owner) : loops.getFirst().providersOf(blocker);
  }

  private void lookAtMonitors() {
    IdentityHashMap<Object, Thread> owners = new IdentityHashMap<>();
    IdentityHashMap<Thread, Object> wanted = new IdentityHashMap<>();
    for (Thread thread : blocked.keySet()) {
      Snapshot snapshot = ThreadInspector.snapshot(thread);
      if (snapshot != null) {
        addMonitors(thread, snapshot, owners);
        if (snapshot.blockedOn() != null) {
          wanted.put(thread, snapshot.blockedOn());
        }
      }
    }
    for (Thread thread : waits.keySet()) {
      Snapshot snapshot = ThreadInspector.snapshot(thread);
      if (snapshot != null) {
        addMonitors(thread, snapshot, owners);
      }
    }
    wanted.forEach(
        (thread, monitor) -> {
          Thread owner = owners.get(monitor);
          if (owner != null && owner != thread) {
            int count = blocked.getOrDefault(thread, 0);
            waits.put(thread, new Wait(thread, count, monitor, true, Wait.on(owner)));
          }
        });
  }

  private static void addMonitors(
      Thread thread, Snapshot snapshot, IdentityHashMap<Object, Thread> owners) {
    for (Monitor monitor : snapshot.monitors()) {
      if (monitor.object() != snapshot.blockedOn() && monitor.object() != snapshot.waitingOn()) {
        owners.put(monitor.object(), thread);
      }
    }
  }

  private void thinOut() {
    Collection<Wait> left = waits.values();
    boolean changed = true;
    while (changed) {
      changed = left.removeIf(wait -> !isStuck(wait.providers()));
    }
  }

  private boolean isStuck(Providers providers) {
    return providers.all()
        ? providers.threads().stream().anyMatch(waits::containsKey)
        : providers.threads().stream().allMatch(waits::containsKey);
  }

  /** Follows each of the stuck to one that it needs, and so on: that way leads round. */
  private List<Cycle> cyclesAmongTheStuck() {
    List<Cycle> cycles = new ArrayList<>();
    IdentityHashMap<Thread, Boolean> done = new IdentityHashMap<>();
    for (Wait start : waits.values()) {
      List<Wait> way = new ArrayList<>();
      Wait at = start;
      while (!done.containsKey(at.thread())) {
        done.put(at.thread(), true);
        way.add(at);
        at = next(at);
      }
      int entry = way.indexOf(at);
      if (entry >= 0) {
        cycles.add(fromLowest(way.subList(entry, way.size())));
      }
    }
    return cycles;
  }

  private Wait next(Wait wait) {
    for (Thread each : wait.providers().threads()) {
      Wait its = waits.get(each);
      if (its != null) {
        return its;
      }
    }
    throw new AssertionError("a stuck wait needs a stuck one");
  }

  private static Cycle fromLowest(List<Wait> waits) {
    int lowest = 0;
    for (int i = 1; i < waits.size(); i++) {
      if (waits.get(i).thread().threadId() < waits.get(lowest).thread().threadId()) {
        lowest = i;
      }
    }
    List<Wait> turned = new ArrayList<>(waits.subList(lowest, waits.size()));
    turned.addAll(waits.subList(0, lowest));
    return new Cycle(List.copyOf(turned));
  }
}
