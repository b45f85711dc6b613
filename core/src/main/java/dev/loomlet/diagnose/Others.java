package dev.loomlet.diagnose;

import dev.loomlet.wait.Life;
import dev.loomlet.wait.Passage;
import dev.loomlet.wait.Passage.Standstill;
import dev.loomlet.wait.Past;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is known, in words, of those who would have to end a wait at a queue or channel. */
final class Others {
  /** How far back in line one is looked for. */
  private static final int LINE = 10_000;

  private Others() {}

  /**
   * Of those whom a thread waits for.
   *
   * @return to be put behind what it waits for; empty if there is nothing to say
   */
  static String of(Thread waiting, @Nullable Object blocker) {
    Passage passage = blocker == null ? null : Jam.passage(blocker);
    if (passage == null) {
      return "";
    }
    Standstill standstill = passage.standstill();
    if (standstill == null || !passage.waiting(standstill.toTake(), LINE).contains(waiting)) {
      return "";
    }
    if (Jam.isDropped(standstill)) {
      return "; " + dropped(standstill);
    }
    return "; " + past(standstill.toTake(), standstill.others());
  }

  /** That nobody can come any more. */
  static String dropped(Standstill standstill) {
    boolean toTake = standstill.toTake();
    String kind = toTake ? "sender" : "receiver";
    String all =
        standstill.handles() == 1
            ? "its only " + kind + " was"
            : "all " + standstill.handles() + " " + kind + "s of it were";
    return all + " dropped without close(); " + past(toTake, standstill.others());
  }

  private static String past(boolean toTake, Past past) {
    String kind = toTake ? "producers" : "consumers";
    if (past.isEmpty()) {
      return toTake ? "nobody ever put into it" : "nobody ever took from it";
    }
    if (!past.complete()) {
      return "too many " + kind + " at a time to tell whether one is left";
    }
    if (past.isOver()) {
      String others = past.forgotten() == 0 ? "" : ", and " + past.forgotten() + " before them";
      return "its " + kind + " have all ended: " + list(past.lives()) + others;
    }
    List<Life> left = past.lives().stream().filter(each -> !each.isOver()).toList();
    return "of its "
        + kind
        + " there are left "
        + left.stream().map(Names::of).collect(Collectors.joining(", "));
  }

  private static String list(List<Life> lives) {
    return lives.stream().map(Others::withEnd).collect(Collectors.joining(", "));
  }

  /** One who has ended, and how. */
  static String withEnd(Life life) {
    return Names.of(life) + " (" + life.end() + ")";
  }
}
