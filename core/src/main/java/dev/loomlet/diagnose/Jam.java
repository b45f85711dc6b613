package dev.loomlet.diagnose;

import dev.loomlet.queue.Channel;
import dev.loomlet.queue.WaitingQueue;
import dev.loomlet.wait.Passage;
import dev.loomlet.wait.Passage.Standstill;
import dev.loomlet.wait.Past;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Waits at one queue or channel where it is doubtful whether they will end.
 *
 * @param at the queue or channel
 * @param waits of greenlets and of owners of loops, without a limit; at least one
 */
record Jam(Object at, Standstill standstill, List<Wait> waits) {

  /** Stands for queues and channels of which nothing is to be said. */
  static final Jam NONE =
      new Jam(Jam.class, new Standstill(true, new Past(false, List.of(), 0), 0, false), List.of());

  /** A view of a queue or channel; null for all else. */
  static @Nullable Passage passage(Object blocker) {
    return switch (blocker) {
      case WaitingQueue<?> queue -> Passage.of(WaitingQueue.class, queue);
      case Channel<?> channel -> Passage.of(Channel.class, channel);
      default -> null;
    };
  }

  /** How a queue or channel stands; null if nothing is to be said of it. */
  static @Nullable Standstill doubtful(Passage passage) {
    Standstill standstill = passage.standstill();
    return standstill != null
            && (isDropped(standstill) || mayBeDropped(standstill) || isDeserted(standstill))
        ? standstill
        : null;
  }

  /** Whether nobody can use the other side any more. */
  static boolean isDropped(Standstill standstill) {
    return standstill.dropped() && standstill.handles() > 0;
  }

  /** Whether that may be so without being known yet: everybody one knows of has ended. */
  static boolean mayBeDropped(Standstill standstill) {
    return standstill.handles() > 0 && standstill.others().isOver();
  }

  /**
   * Whether all who were there have ended, and not all of them well. Where new ones come all the
   * time, so that some are forgotten, the next one will.
   */
  static boolean isDeserted(Standstill standstill) {
    Past others = standstill.others();
    return others.hasFailure() && others.forgotten() == 0 && others.isOver();
  }
}
