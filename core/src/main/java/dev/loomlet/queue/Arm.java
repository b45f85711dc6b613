package dev.loomlet.queue;

import dev.loomlet.wait.Guard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link Choice}'s place in one line. */
final class Arm<R extends @Nullable Object> extends Party {
  private final Choice choice;
  private final Case<R> of;

  /** Set for sources. */
  private final Case.@Nullable Watch watch;

  Arm(Choice choice, Case<R> of) {
    super(of.via);
    this.choice = choice;
    this.of = of;
    this.watch = of.newWatch();
  }

  @Override
  public boolean isOpen() {
    return choice.isOpen();
  }

  @Override
  public boolean claim() {
    return choice.claim(this);
  }

  @Override
  public void grant() {
    super.grant();
    choice.grant();
  }

  /** Does what the case is for, after this arm has won. */
  R finish() throws Exception {
    return of.finish(of.gotBy(this));
  }

  /** Those that stand in lines, in the order in which all selects take the guards. */
  static <R extends @Nullable Object> List<Arm<R>> byExchange(List<Arm<R>> arms) {
    List<Arm<R>> sorted = new ArrayList<>(arms.size());
    for (Arm<R> each : arms) {
      if (each.of.exchange != null) {
        sorted.add(each);
      }
    }
    sorted.sort(Comparator.comparingLong(each -> each.of.number()));
    return sorted;
  }

  /**
   * Joins all lines in one step, so that whoever comes finds it in all of them or in none, unless
   * something is possible already.
   *
   * @return whether it did
   */
  static <R extends @Nullable Object> boolean joinLines(List<Arm<R>> sorted) {
    Guard held = null;
    for (Arm<R> each : sorted) {
      Guard guard = each.of.guard();
      if (guard != held) {
        guard.lock();
        held = guard;
      }
    }
    boolean possible = false;
    for (Arm<R> each : sorted) {
      possible |= each.of.isPossible();
    }
    if (!possible) {
      for (Arm<R> each : sorted) {
        each.of.join(each);
      }
    }
    held = null;
    for (Arm<R> each : sorted) {
      Guard guard = each.of.guard();
      if (guard != held) {
        guard.unlock();
        held = guard;
      }
    }
    return !possible;
  }

  /** Begins to wait for a source. */
  void watch() throws IOException {
    if (watch != null) {
      watch.begin(
          () -> {
            if (claim()) {
              grant();
              wake();
            }
          });
    }
  }

  /** Leaves its line. */
  void giveUp() {
    if (watch != null) {
      watch.end();
    } else {
      of.leave(this);
    }
  }
}
