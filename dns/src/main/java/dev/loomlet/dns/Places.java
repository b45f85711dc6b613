package dev.loomlet.dns;

import dev.loomlet.AsyncResult;
import java.util.LinkedHashSet;

/**
 * How many questions may be under way at the same time; the others wait in order, greenlets as well
 * as what is no greenlet. Confined to a loop.
 */
final class Places {
  private final int most;
  private final LinkedHashSet<Place> line = new LinkedHashSet<>();
  private int taken;

  /** Creates them, all free. */
  Places(int most) {
    this.most = most;
  }

  /** The right to be under way, or to wait for that; good for one time. */
  abstract static class Place {
    private enum State {
      NEW,
      WAITING,
      TAKEN,
      GIVEN_BACK
    }

    private State state = State.NEW;

    /** It has the place now. Does not wait. */
    abstract void granted();
  }

  /** Takes a place for somebody as soon as there is one, which may be at once. Does not wait. */
  void take(Place place) {
    if (taken < most) {
      taken++;
      grant(place);
    } else {
      place.state = Place.State.WAITING;
      line.add(place);
    }
  }

  private static void grant(Place place) {
    place.state = Place.State.TAKEN;
    place.granted();
  }

  /** Waits for a place and takes it. */
  Place await() {
    Awaited place = new Awaited();
    take(place);
    boolean got = false;
    try {
      place.granted.join();
      got = true;
      return place;
    } finally {
      if (!got) {
        giveBack(place);
      }
    }
  }

  private static final class Awaited extends Place {
    final AsyncResult<Boolean> granted = new AsyncResult<>("a place for a DNS question");

    @Override
    void granted() {
      granted.set(true);
    }
  }

  /** Who has it, or waits for it, does not need it any more. Does nothing when repeated. */
  void giveBack(Place place) {
    Place.State before = place.state;
    place.state = Place.State.GIVEN_BACK;
    if (before == Place.State.WAITING) {
      line.remove(place);
    } else if (before == Place.State.TAKEN) {
      if (line.isEmpty()) {
        taken--;
      } else {
        grant(line.removeFirst());
      }
    }
  }

  /** How many are taken and waited for. */
  int wanted() {
    return taken + line.size();
  }
}
