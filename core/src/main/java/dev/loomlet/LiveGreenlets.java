package dev.loomlet;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The greenlets of a loop that have not ended: a list threaded through the greenlets themselves.
 *
 * <p>Written on the loop's carrier thread only. Thread dumps walk it on another thread while it
 * changes: a greenlet is put in at the newest end and keeps its link to the older one when it is
 * taken out, so a walk from the newest always comes to an end, and at worst misses some that start
 * or end meanwhile.
 */
final class LiveGreenlets {
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
    // The link to the older one stays, for walks under way. It cannot keep a dead greenlet alive
    // for
    // long: that one's links end at greenlets that outlived it or have gone themselves.
    greenlet.newer = null;
    size--;
  }

  int size() {
    return size;
  }

  @Nullable Greenlet<?> newest() {
    return newest;
  }

  @Nullable Greenlet<?> find(Thread thread) {
    for (Greenlet<?> each = newest; each != null; each = each.older) {
      if (each.thread() == thread) {
        return each;
      }
    }
    return null;
  }

  /** Their threads, newest first. Any thread. */
  Stream<Thread> threads() {
    Stream.Builder<Thread> threads = Stream.builder();
    for (Greenlet<?> each = newest; each != null; each = each.older) {
      if (!each.isDone()) {
        threads.add(each.thread());
      }
    }
    return threads.build();
  }
}
