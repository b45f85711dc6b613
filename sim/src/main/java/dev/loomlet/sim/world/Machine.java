package dev.loomlet.sim.world;

import dev.loomlet.Greenlet;
import dev.loomlet.wait.Task;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A simulated computer: something that has an address, a disk and greenlets, and can lose power.
 */
public final class Machine {
  private final int index;
  private final String name;
  private final InetAddress address;
  private final List<Task> tasks = new ArrayList<>();

  private int pruneAt = 64;
  private int epoch;

  /** Those that stand in for threads, and of these the daemons. */
  private final Set<Task> threads = new LinkedHashSet<>();

  private final Set<Task> daemons = new LinkedHashSet<>();
  private int pruneThreadsAt = 64;
  private final Set<Task> dropped = new HashSet<>();
  private boolean cutShort;
  private boolean up = true;
  private long skewNanos;
  private int greenletsSpawned;

  Machine(int index, String name, InetAddress address) {
    this.index = index;
    this.name = name;
    this.address = address;
  }

  /** Its number, from 0 on, in the order in which machines were made. */
  public int index() {
    return index;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Its address. */
  public InetAddress address() {
    return address;
  }

  /** How often it has lost power or was restarted: what belongs to another life is gone. */
  public int epoch() {
    return epoch;
  }

  /** Whether it has power. */
  public boolean isUp() {
    return up;
  }

  /** Whether a life of it goes on. */
  public boolean isAlive(int life) {
    return life == epoch && up;
  }

  /** By how much its clock is ahead. */
  public long skewNanos() {
    return skewNanos;
  }

  /** Sets by how much its clock is ahead. */
  public void skewNanos(long nanos) {
    skewNanos = nanos;
  }

  void add(Task task) {
    greenletsSpawned++;
    if (tasks.size() >= pruneAt) {
      tasks.removeIf(each -> each.greenlet().isDone());
      pruneAt = Math.max(64, tasks.size() * 2);
    }
    tasks.add(task);
  }

  /** A greenlet stands in for a thread. */
  void addThread(Task task, boolean daemon) {
    if (threads.size() >= pruneThreadsAt) {
      threads.removeIf(each -> each.greenlet().isDone());
      daemons.removeIf(each -> each.greenlet().isDone());
      pruneThreadsAt = Math.max(64, threads.size() * 2);
    }
    threads.add(task);
    if (daemon) {
      daemons.add(task);
    }
  }

  /** How many greenlets it has had. */
  public int greenletsSpawned() {
    return greenletsSpawned;
  }

  /** Its greenlets that have not ended, in the order in which they were spawned. */
  public List<Greenlet<?>> greenlets() {
    List<Greenlet<?>> alive = new ArrayList<>();
    for (Task each : tasks) {
      if (!each.greenlet().isDone()) {
        alive.add(each.greenlet());
      }
    }
    return alive;
  }

  /**
   * Whether threads of it have been ended that would have gone on for ever, as by the end of a
   * process: what they had open is no leak.
   */
  public boolean isCutShort() {
    return cutShort;
  }

  /** Says so, if there are threads. */
  public void cutShort() {
    cutShort |= greenlets().size() > ownGreenlets().size();
  }

  /** Those of them that its program is to wait for: all but daemons. */
  public List<Greenlet<?>> awaited() {
    return greenletsBut(daemons);
  }

  /** Those of them that do not stand in for threads. */
  public List<Greenlet<?>> ownGreenlets() {
    return greenletsBut(threads);
  }

  private List<Greenlet<?>> greenletsBut(Set<Task> others) {
    List<Greenlet<?>> all = greenlets();
    for (Task each : others) {
      all.remove(each.greenlet());
    }
    return all;
  }

  /**
   * Ends those that it is not to wait for, where they stand.
   *
   * @return whether there were any
   */
  boolean dropDaemons(String why) {
    for (Task each : daemons) {
      if (!each.greenlet().isDone()) {
        dropped.add(each);
        each.abandon(why);
      }
    }
    daemons.clear();
    return !dropped.isEmpty();
  }

  /** Whether a greenlet was ended where it stood, though its machine lives on. */
  boolean hasDropped(@Nullable Task task) {
    return task != null && !dropped.isEmpty() && dropped.contains(task);
  }

  /** Ends its life, with its greenlets where they stand. */
  void end(String why) {
    epoch++;
    up = false;
    List<Task> dead = List.copyOf(tasks);
    tasks.clear();
    threads.clear();
    daemons.clear();
    for (Task each : dead) {
      if (!each.greenlet().isDone()) {
        each.abandon(why);
      }
    }
  }

  /** Begins a new life. */
  void begin() {
    up = true;
  }

  @Override
  public String toString() {
    return name;
  }
}
