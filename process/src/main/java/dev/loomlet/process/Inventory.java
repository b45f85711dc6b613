package dev.loomlet.process;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * What of this process can be looked at from outside, by kind. Weakly: what nobody uses any more
 * goes by itself. Any thread.
 */
final class Inventory {
  static final String POOLS = "pools";
  static final String QUEUES = "queues";

  private static final ConcurrentLinkedQueue<Item<?>> ITEMS = new ConcurrentLinkedQueue<>();

  private Inventory() {}

  private record Item<T>(
      String kind, WeakReference<T> object, Function<? super T, Map<String, Object>> state) {
    void addTo(List<Map<String, Object>> states) {
      T present = object.get();
      if (present != null) {
        states.add(state.apply(present));
      }
    }
  }

  /**
   * Adds something.
   *
   * @param state its state, as texts, numbers, truths, lists and maps; called by another thread. It
   *     must not hold the object.
   */
  static <T> void add(String kind, T object, Function<? super T, Map<String, Object>> state) {
    ITEMS.removeIf(each -> each.object().refersTo(null));
    ITEMS.add(new Item<>(kind, new WeakReference<>(object), state));
    ControlServer.startSoon();
  }

  /** Takes something out before it is garbage. */
  static void remove(Object object) {
    ITEMS.removeIf(each -> each.object().get() == object);
  }

  /** The states of all of a kind. */
  static List<Map<String, Object>> states(String kind) {
    List<Map<String, Object>> states = new ArrayList<>();
    for (Iterator<Item<?>> items = ITEMS.iterator(); items.hasNext(); ) {
      Item<?> each = items.next();
      if (each.kind().equals(kind)) {
        try {
          each.addTo(states);
        } catch (RuntimeException e) {
          // Closed meanwhile.
        }
      }
    }
    return states;
  }
}
