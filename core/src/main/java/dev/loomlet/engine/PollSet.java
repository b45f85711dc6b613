package dev.loomlet.engine;

import dev.loomlet.linux.PollArray;
import dev.loomlet.linux.PollCalls;
import dev.loomlet.linux.PollEvents;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors that somebody waits for, in the form that poll(2) wants. The array is kept from
 * one call to the next: to add or remove a descriptor takes the same time however many there are.
 *
 * <p>Each wait is told of once: what has happened is not asked for again until {@link #add}. For
 * poll(2) is level-triggered, and would report the same bytes until somebody has read them.
 */
final class PollSet {
  /** Place of the descriptor by which other threads end a wait. */
  private static final int WAKE_UP = 0;

  private final PollCalls calls = new PollCalls();
  private final PollArray array = new PollArray(64);

  /** At the same places as in the array. */
  private @Nullable LinuxDescriptor[] descriptors = new @Nullable LinuxDescriptor[64];

  /** Places in the array, by the index of a descriptor; 0 for those that are not in it. */
  private int[] places = new int[64];

  private int size = 1;

  /**
   * Creates an empty set.
   *
   * @param wakeUp descriptor that ends a wait when it becomes readable
   */
  PollSet(int wakeUp) {
    array.set(WAKE_UP, wakeUp, PollEvents.POLLIN);
  }

  /** How many system calls it has made so far. */
  long systemCalls() {
    return calls.made();
  }

  private static int eventsOf(int readiness) {
    return ((readiness & Readiness.READABLE) != 0 ? PollEvents.POLLIN : 0)
        | ((readiness & Readiness.WRITABLE) != 0 ? PollEvents.POLLOUT : 0);
  }

  /** Waits for more of a descriptor, until it was told once. */
  void add(LinuxDescriptor descriptor, int readiness) {
    int index = descriptor.index;
    if (index >= places.length) {
      places = Arrays.copyOf(places, Math.max(index + 1, places.length * 2));
    }
    int place = places[index];
    if (place != 0) {
      array.setEvents(place, array.events(place) | eventsOf(readiness));
      return;
    }
    place = size++;
    if (place == descriptors.length) {
      descriptors = Arrays.copyOf(descriptors, place * 2);
    }
    descriptors[place] = descriptor;
    places[index] = place;
    array.set(place, descriptor.fd, eventsOf(readiness));
  }

  /** Does not wait for a descriptor any more. */
  void remove(LinuxDescriptor descriptor) {
    int place = descriptor.index < places.length ? places[descriptor.index] : 0;
    if (place != 0) {
      removeFrom(place, descriptor);
    }
  }

  /** The last entry fills the gap. */
  private void removeFrom(int place, LinuxDescriptor descriptor) {
    int last = --size;
    LinuxDescriptor moved = descriptors[last];
    descriptors[last] = null;
    places[descriptor.index] = 0;
    if (place != last && moved != null) {
      array.copy(last, place);
      descriptors[place] = moved;
      places[moved.index] = place;
    }
  }

  boolean isEmpty() {
    return size == 1;
  }

  /**
   * Asks the kernel, and tells the descriptors what happened.
   *
   * @param timeoutNanos 0 to look only, {@link Long#MAX_VALUE} for ever
   * @return whether the descriptor for waking is readable
   */
  boolean poll(long timeoutNanos) {
    int left = calls.poll(array, size, timeoutNanos);
    if (left <= 0) {
      return false;
    }
    boolean woken = array.result(WAKE_UP) != 0;
    if (woken) {
      left--;
    }
    // From the end, because the entry that fills a gap has then been looked at.
    for (int place = size - 1; left > 0 && place > WAKE_UP; place--) {
      int happened = array.result(place);
      if (happened != 0) {
        left--;
        tell(place, happened);
      }
    }
    return woken;
  }

  private void tell(int place, int happened) {
    LinuxDescriptor descriptor = descriptors[place];
    if (descriptor == null) {
      throw new AssertionError("an entry without a descriptor");
    }
    // Closed by somebody else under its waiter, who learns of it by trying.
    int events = (happened & PollEvents.POLLNVAL) != 0 ? PollEvents.POLLERR : happened;
    int rest = array.events(place);
    if ((events & LinuxDescriptor.READABLE_EVENTS) != 0) {
      rest &= ~PollEvents.POLLIN;
    }
    if ((events & LinuxDescriptor.WRITABLE_EVENTS) != 0) {
      rest &= ~PollEvents.POLLOUT;
    }
    if (rest == 0) {
      // Not even with no events: the kernel would go on to report a hang-up.
      removeFrom(place, descriptor);
    } else {
      array.setEvents(place, rest);
    }
    descriptor.happened(events);
  }
}
