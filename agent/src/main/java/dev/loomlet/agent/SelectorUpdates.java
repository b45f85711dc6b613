package dev.loomlet.agent;

import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The changes of interest that a selector has not told the kernel yet.
 *
 * <p>A select that was woken up does not wait, and the JDK looks at a key's interest itself before
 * it selects it. So the kernel need not hear then of interest that was only taken away, and if it
 * is back at the next select, as with servers that clear it while they handle a request, it need
 * never. What was added is told at once: the select must find it.
 */
final class SelectorUpdates {
  /** So that a program which wakes the selector up each time does not make the queue grow. */
  private static final int MOST = 1024;

  private SelectorUpdates() {}

  /**
   * Puts off what need not be told before the next select, if that may be.
   *
   * @param selector which selects, and has its monitor
   * @param wokenUp whether it has been woken up and does not know of it
   * @return whether there is nothing left to do
   */
  static boolean postpone(Selector selector, boolean wokenUp) {
    if (!wokenUp && !JdkAccess.isWokenUp(selector)) {
      return false;
    }
    synchronized (JdkAccess.updateLock(selector)) {
      Deque<Object> keys = JdkAccess.updatedKeys(selector);
      if (keys.size() > MOST) {
        return false;
      }
      List<Object> added = takeAdded(keys);
      if (!added.isEmpty()) {
        List<Object> postponed = new ArrayList<>(keys);
        keys.clear();
        keys.addAll(added);
        try {
          JdkAccess.processUpdates(selector);
        } finally {
          keys.addAll(postponed);
        }
      }
      return true;
    }
  }

  /** Whether the caller is {@link #postpone} itself. */
  static boolean isUnderWay(Selector selector) {
    return Thread.holdsLock(JdkAccess.updateLock(selector));
  }

  /** Takes out the keys of which the kernel must hear, and those of which it knows all. */
  private static List<Object> takeAdded(Deque<Object> keys) {
    List<Object> added = List.of();
    for (int i = keys.size(); i > 0; i--) {
      Object key = keys.removeFirst();
      int interest = JdkAccess.interest(key);
      int registered = JdkAccess.registered(key);
      if ((interest & ~registered) != 0) {
        if (added.isEmpty()) {
          added = new ArrayList<>();
        }
        added.add(key);
      } else if (interest != registered || interest == 0) {
        keys.addLast(key);
      }
    }
    return added;
  }
}
