package dev.loomlet.wait;

import org.jspecify.annotations.Nullable;

/** The loop that belongs to a platform thread: its hub. */
public final class Hub {
  private static final ThreadLocal<@Nullable WaitLoop> HUB = new ThreadLocal<>();

  private Hub() {}

  /** The hub of the calling platform thread, or null if it has none. */
  public static @Nullable WaitLoop get() {
    return HUB.get();
  }

  /** Gives the calling platform thread its hub. */
  public static void set(WaitLoop loop) {
    HUB.set(loop);
  }

  /** Takes it away. */
  public static void remove() {
    HUB.remove();
  }
}
