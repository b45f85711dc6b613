package dev.loomlet;

import dev.loomlet.wait.Task;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The greenlets of a loop that have not ended: a list threaded through the greenlets themselves.
 *
 * <p>Written on the loop's carrier thread only. Thread dumps walk it on another thread while it
 * changes, from the newest to the oldest. A greenlet that is taken out links to itself, so that it
 * keeps no other one alive and a walk that stands on it knows that it must begin anew.
 */
final class LiveGreenlets {
  /** After so many a dump takes what it has; a busy loop could cut off each. */
  private static final int WALKS = 100;

  private volatile @Nullable Greenlet<?> newest;
  private int size;

  void add(Greenlet<?> greenlet) {
    Greenlet<?> before = newest;
    greenlet.older = before;
    if (before != null) {
      before.newer = greenlet;
    }
    newest = greenlet;
    size++;
  }

  void remove(Greenlet<?> greenlet) {
    Greenlet<?> newer = greenlet.newer;
    Greenlet<?> older = greenlet.older;
    if (newer == null) {
      newest = older;
    } else {
      newer.older = older;
    }
    if (older != null) {
      older.newer = newer;
    }
    greenlet.newer = null;
    greenlet.older = greenlet;
    size--;
  }

  int size() {
    return size;
  }

  @Nullable Greenlet<?> newest() {
    return newest;
  }

  /** The newest other than one. */
  @Nullable Greenlet<?> newestBut(@Nullable Greenlet<?> one) {
    Greenlet<?> candidate = newest;
    return candidate == one && candidate != null ? candidate.older : candidate;
  }

  @Nullable Greenlet<?> find(Thread thread) {
    for (Greenlet<?> each = newest; each != null; each = each.older) {
      if (each.thread() == thread) {
        return each;
      }
    }
    return null;
  }

  /** Their tasks, the newest first. Any thread; if the loop disturbs each walk, some of them. */
  List<Task> tasks() {
    List<Task> longest = List.of();
    for (int walks = 0; walks < WALKS; walks++) {
      List<Task> found = new ArrayList<>(Math.max(size, 0));
      Greenlet<?> each = newest;
      while (each != null) {
        found.add(each.task());
        Greenlet<?> older = each.older;
        if (older == each) {
          break;
        }
        each = older;
      }
      if (each == null) {
        return found;
      }
      if (found.size() > longest.size()) {
        longest = found;
      }
    }
    return longest;
  }

  /** Their threads. Any thread; after some walks that the loop disturbed, those found so far. */
  Stream<Thread> threads() {
    Set<Thread> found = new LinkedHashSet<>();
    for (int walks = 0; walks < WALKS && !walk(found); walks++) {
      // Begun anew, because it came to a greenlet that ended.
    }
    return found.stream().filter(Thread::isAlive);
  }

  /** Collects threads up to the oldest; false if the walk was cut off. */
  private boolean walk(Set<Thread> found) {
    Greenlet<?> each = newest;
    while (each != null) {
      found.add(each.thread());
      Greenlet<?> older = each.older;
      if (older == each) {
        return false;
      }
      each = older;
    }
    return true;
  }
}
