package dev.loomlet.diagnose;

import dev.loomlet.Greenlet;
import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.WatchedLoop;
import dev.loomlet.wait.WatchedLoops;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * All loops of this JVM with their greenlets, each below the one that spawned it: what it does,
 * what it waits for, and its stack. The counterpart of {@code gevent.util.print_run_info}.
 *
 * <p>It is made from any thread while the loops go on, so that different greenlets are seen at
 * different moments, and one that starts or ends meanwhile may be missing.
 */
public final class GreenletTree {
  private final StringBuilder text = new StringBuilder();
  private final IdentityHashMap<Greenlet<?>, List<Task>> children = new IdentityHashMap<>();

  private GreenletTree() {}

  /** The tree as text of many lines. Does not wait. */
  public static String text() {
    GreenletTree tree = new GreenletTree();
    for (WatchedLoop loop : WatchedLoops.all()) {
      tree.append(loop);
    }
    return tree.text.toString();
  }

  /**
   * The same of one loop: the one whose thread calls this, in a greenlet or between two.
   *
   * @return an empty text if the calling thread has no loop
   */
  public static String textOfOwn() {
    GreenletTree tree = new GreenletTree();
    for (WatchedLoop loop : WatchedLoops.all()) {
      if (loop.owner() == JdkInternals.currentCarrier()) {
        tree.append(loop);
      }
    }
    return tree.text.toString();
  }

  private void append(WatchedLoop loop) {
    List<Task> tasks = loop.tasks().reversed();
    text.append(loop.name())
        .append(" on thread \"")
        .append(loop.owner().getName())
        .append("\", ")
        .append(loop.isRunning() ? "running" : "not running")
        .append(", greenlets: ")
        .append(tasks.size())
        .append('\n');
    IdentityHashMap<Greenlet<?>, Boolean> alive = new IdentityHashMap<>();
    for (Task task : tasks) {
      alive.put(task.greenlet(), true);
    }
    List<Task> roots = new ArrayList<>();
    children.clear();
    for (Task task : tasks) {
      Greenlet<?> spawner = task.greenlet().spawner();
      if (spawner != null && alive.containsKey(spawner)) {
        children.computeIfAbsent(spawner, _ -> new ArrayList<>()).add(task);
      } else {
        roots.add(task);
      }
    }
    for (Task root : roots) {
      append(root, "  ");
    }
  }

  /** A greenlet is younger than its spawner, so this ends. */
  private void append(Task task, String indent) {
    Greenlet<?> greenlet = task.greenlet();
    text.append(indent).append('"').append(greenlet.name()).append("\" ").append(Doing.of(task));
    Greenlet<?> host = task.groupHost();
    if (host != null) {
      text.append("; in a task group of \"").append(host.name()).append('"');
    }
    Greenlet<?> spawner = greenlet.spawner();
    if (spawner != null && spawner.loop() != greenlet.loop()) {
      text.append("; spawned by \"").append(spawner.name()).append('"');
    }
    text.append('\n');
    Stacks.append(text, indent + "    ", List.of(greenlet.thread().getStackTrace()));
    for (Task child : children.getOrDefault(greenlet, List.of())) {
      append(child, indent + "  | ");
    }
  }
}
