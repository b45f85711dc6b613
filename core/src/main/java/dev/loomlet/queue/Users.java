package dev.loomlet.queue;

import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Life;
import dev.loomlet.wait.Past;
import java.util.Arrays;
import java.util.List;

/**
 * Who has used one side of an {@link Exchange}, so that it can be said whether all of them have
 * ended. Keeps none of them alive.
 *
 * <p>Remembered are some; who has ended gives way to who is new. When more than these live at the
 * same time, nothing is remembered any more, and nothing claimed.
 *
 * <p>Each use asks first whether the caller is the one who came last: one comparison of numbers,
 * without the guard. Only the thread itself writes its number, after it has been remembered, and
 * nobody who lives is forgotten; so a caller who finds his own number need do nothing, however old
 * the value he reads.
 */
final class Users {
  /** How many are remembered. */
  static final int LIMIT = 8;

  private static final Life[] NOBODY = {};
  private static final Life[] TOO_MANY = {};

  private final Guard guard;

  /** The number of the thread that came last, roughly. */
  private long last;

  /** Never changed, only replaced. Written under the guard. */
  private volatile Life[] known = NOBODY;

  /** How many have given way. Under the guard. */
  private int forgotten;

  /**
   * Remembers nobody yet.
   *
   * @param guard of the exchange
   */
  Users(Guard guard) {
    this.guard = guard;
  }

  /** Remembers the caller. Not under the guard. */
  void note() {
    Thread self = Thread.currentThread();
    if (self.threadId() != last) {
      noteAnother(self);
    }
  }

  private void noteAnother(Thread self) {
    long id = self.threadId();
    Life[] seen = known;
    if (seen == TOO_MANY) {
      return;
    }
    for (Life each : seen) {
      if (each.id() == id) {
        last = id;
        return;
      }
    }
    Life life = Life.of(self);
    guard.lock();
    known = with(life);
    guard.unlock();
    last = id;
  }

  /** Under the guard. */
  private Life[] with(Life added) {
    Life[] before = known;
    if (before == TOO_MANY) {
      return before;
    }
    if (before.length < LIMIT) {
      Life[] after = Arrays.copyOf(before, before.length + 1);
      after[before.length] = added;
      return after;
    }
    for (int i = 0; i < LIMIT; i++) {
      if (before[i].isOver()) {
        Life[] after = new Life[LIMIT];
        System.arraycopy(before, 0, after, 0, i);
        System.arraycopy(before, i + 1, after, i, LIMIT - i - 1);
        after[LIMIT - 1] = added;
        forgotten++;
        return after;
      }
    }
    return TOO_MANY;
  }

  /** Who they are. Not under the guard. */
  Past past() {
    guard.lock();
    Life[] now = known;
    int others = forgotten;
    guard.unlock();
    return new Past(now != TOO_MANY, List.of(now), others);
  }
}
