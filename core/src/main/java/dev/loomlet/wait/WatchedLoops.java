package dev.loomlet.wait;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The loops of this JVM that are open. Weakly, for a thread may die without closing its hub. */
public final class WatchedLoops {
  private static final Set<WeakReference<WatchedLoop>> OPEN = ConcurrentHashMap.newKeySet();

  private WatchedLoops() {}

  /** Adds a loop. Any thread. */
  public static void add(WatchedLoop loop) {
    OPEN.add(new WeakReference<>(loop));
  }

  /** Takes one out. Any thread. */
  public static void remove(WatchedLoop loop) {
    OPEN.removeIf(each -> each.refersTo(loop) || each.refersTo(null));
  }

  /** Those that are open now. Any thread. */
  public static List<WatchedLoop> all() {
    List<WatchedLoop> loops = new ArrayList<>();
    for (Iterator<WeakReference<WatchedLoop>> each = OPEN.iterator(); each.hasNext(); ) {
      WatchedLoop loop = each.next().get();
      if (loop == null) {
        each.remove();
      } else {
        loops.add(loop);
      }
    }
    return loops;
  }
}
