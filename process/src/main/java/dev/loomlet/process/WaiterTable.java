package dev.loomlet.process;

import dev.loomlet.linux.FutexCalls;
import java.lang.foreign.MemorySegment;

/**
 * Who waits for a signal, in shared memory: a place for each, with his process, a ticket, and a
 * word that he sleeps on. All is changed with the lock of the condition held, and each change is
 * complete by one store to that word; so a process may die anywhere.
 *
 * <p>Who was signalled and then died cannot use his signal. Those who wait look for such places
 * from time to time; the first who gets the lock then takes the signal over, provided that he
 * waited already when it was given: his ticket is older than the next one of that moment, which is
 * left in the place.
 */
final class WaiterTable {
  static final int WAITING = 1;

  private static final int FREE = 0;
  private static final int SIGNALLED = 2;

  private static final int NEXT_TICKET = 0;
  private static final int USED = 4;
  private static final int FIRST = 64;
  private static final int PLACE = 16;
  private static final int OWNER = 0;
  private static final int TICKET = 8;
  private static final int STATE = 12;
  private static final int PLACES = 500;

  /** Of the memory. */
  static final long SIZE = FIRST + (long) PLACES * PLACE;

  private final Words words;
  private final long self = ProcessIdentity.own();

  WaiterTable(Words words) {
    this.words = words;
  }

  private static long at(int place) {
    return FIRST + (long) place * PLACE;
  }

  private int state(int place) {
    return words.getInt(at(place) + STATE);
  }

  private int ticket(int place) {
    return words.getInt(at(place) + TICKET);
  }

  /** How many places may not be free; the rest never was used. */
  private int used() {
    return Math.clamp(words.getInt(USED), 0, PLACES);
  }

  /**
   * Takes a place.
   *
   * @throws IllegalStateException if there are too many
   */
  int enter() {
    int place = freePlace();
    int ticket = words.getAndAddInt(NEXT_TICKET, 1);
    words.setInt(at(place) + TICKET, ticket);
    words.setLong(at(place) + OWNER, self);
    words.setInt(at(place) + STATE, WAITING);
    return place;
  }

  private int freePlace() {
    int used = used();
    for (int i = 0; i < used; i++) {
      if (state(i) == FREE) {
        return i;
      }
    }
    if (used < PLACES) {
      words.setInt(USED, used + 1);
      return used;
    }
    for (int i = 0; i < PLACES; i++) {
      if (isOfTheDead(i)) {
        words.setInt(at(i) + STATE, FREE);
        return i;
      }
    }
    throw new IllegalStateException(
        PLACES + " wait for this condition already; a condition between processes holds no more");
  }

  private boolean isOfTheDead(int place) {
    long owner = words.getLong(at(place) + OWNER);
    return owner != self && !ProcessIdentity.isAlive(owner);
  }

  /** Where the one who has the place sleeps, as long as it is {@link #WAITING}. */
  MemorySegment word(int place) {
    return words.memory().asSlice(at(place) + STATE, 4);
  }

  boolean isSignalled(int place) {
    return state(place) == SIGNALLED;
  }

  /** Whether there may be a signal to take over for the one who has a place. */
  boolean hasSignalOfTheDead(int place) {
    return signalOfTheDead(place) >= 0;
  }

  private int signalOfTheDead(int place) {
    int used = used();
    for (int i = 0; i < used; i++) {
      if (state(i) == SIGNALLED && ticket(place) - ticket(i) < 0 && isOfTheDead(i)) {
        return i;
      }
    }
    return -1;
  }

  /** Gives a place back, and says whether there was a signal for it. */
  boolean leave(int place) {
    boolean signalled = isSignalled(place);
    if (!signalled) {
      int dead = signalOfTheDead(place);
      if (dead >= 0) {
        // Ours first: should we die now, there is one too many, not one too few.
        mark(place);
        words.setInt(at(dead) + STATE, FREE);
        signalled = true;
      }
    }
    words.setInt(at(place) + STATE, FREE);
    return signalled;
  }

  private void mark(int place) {
    words.setInt(at(place) + TICKET, words.getInt(NEXT_TICKET));
    words.setInt(at(place) + STATE, SIGNALLED);
  }

  /** Gives a signal to those who have waited longest. */
  void signal(int count) {
    for (int i = 0; i < count; i++) {
      int first = longest();
      if (first < 0) {
        return;
      }
      mark(first);
      FutexCalls.wake(word(first), 1);
    }
  }

  private int longest() {
    int first = -1;
    int used = used();
    for (int i = 0; i < used; i++) {
      if (state(i) == WAITING && (first < 0 || ticket(i) - ticket(first) < 0)) {
        first = i;
      }
    }
    return first;
  }
}
