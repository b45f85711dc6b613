package dev.loomlet.wait;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loop as those see it who watch it from another thread. What they read is an estimate: the loop
 * does not wait for them, and takes no trouble but a store for each step.
 */
public interface WatchedLoop {

  /** Its name. */
  String name();

  /** The thread it turns on. */
  Thread owner();

  /** Whether its owner turns it. */
  boolean isRunning();

  /**
   * Which step it is in: a positive number that is another one for each step, or something else
   * between steps.
   */
  long step();

  /** Whether it sleeps with no timer set, so that only I/O or another thread can wake it. */
  boolean isAsleep();

  /** Counts the waits of its owner as a hub, so that an observer can tell one from the next. */
  int hubWaits();

  /** Whether there is somebody whom {@link #giveUp} could tell. */
  boolean canGiveUp();

  /** Its greenlets that have not ended, the newest first; some may be missing. */
  List<Task> tasks();

  /** How many of them there are. */
  int taskCount();

  /** Who can end a wait for something, as far as it is a matter of greenlets; null if unknown. */
  @Nullable Providers providersOf(Object blocker);

  /**
   * Has an error thrown out of the wait of its main greenlet or, if that does not react or there is
   * none, out of its hub's. Does not wait.
   */
  void giveUp(RuntimeException error);
}
