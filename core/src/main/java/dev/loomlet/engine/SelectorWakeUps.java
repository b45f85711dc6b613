package dev.loomlet.engine;

import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;

/**
 * Wake-ups of a selector whose select lets others of the loop finish before it looks at its
 * channels.
 *
 * <p>Those others have no need to write to a descriptor, which the selector would have to hear of,
 * and read: it cannot wait yet. Only if it then finds nothing, and would wait, it is woken up in
 * earnest. So it is up to the thread that selects: a wake-up that was put off is its own until its
 * select comes to an end, and meanwhile that of another selector is not put off.
 */
final class SelectorWakeUps {
  /** In {@link #begin} to {@link #end}. */
  private @Nullable Selector settling;

  private boolean wokenUp;

  /** Whose wake-up was put off, and whose select that is. */
  private @Nullable Selector putOff;

  private @Nullable Thread selecting;

  /**
   * Others have a turn now before the caller's select.
   *
   * @return false if those of another selector have
   */
  boolean begin(Selector selector) {
    if (settling != null) {
      return false;
    }
    settling = selector;
    wokenUp = false;
    return true;
  }

  /** The caller's select goes on. */
  void end() {
    Selector selector = settling;
    settling = null;
    if (selector == null || !wokenUp) {
      return;
    }
    if (putOff == null) {
      putOff = selector;
      selecting = Thread.currentThread();
    } else {
      selector.wakeup();
    }
  }

  /** Whether the selector need not be woken up now. */
  boolean putOff(Selector selector) {
    if (settling != selector) {
      return false;
    }
    wokenUp = true;
    return true;
  }

  boolean isPutOff() {
    return putOff != null && selecting == Thread.currentThread();
  }

  /** The caller's selector, if its wake-up was put off; that is over now. */
  @Nullable Selector take() {
    if (!isPutOff()) {
      return null;
    }
    Selector selector = putOff;
    putOff = null;
    selecting = null;
    return selector;
  }
}
