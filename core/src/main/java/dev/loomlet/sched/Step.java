package dev.loomlet.sched;

import org.jspecify.annotations.Nullable;

/**
 * The continuation of a greenlet: each {@link #run} goes on to its next wait. It is the same object
 * each time the greenlet becomes ready, so a policy can keep here what it knows of the greenlet.
 *
 * <p>Everything belongs to the loop's carrier thread.
 */
public abstract class Step implements Runnable {
  private Attributes attributes = Attributes.defaults();
  private @Nullable Object state;

  /** Creates the continuation of a greenlet that has not started. */
  protected Step() {}

  /** The virtual thread whose continuation it is; null if that is not known at the moment. */
  public @Nullable Thread thread() {
    return null;
  }

  /** What its greenlet is to a policy. */
  public final Attributes attributes() {
    return attributes;
  }

  /** Sets what its greenlet is to a policy, from the next time on that it becomes ready. */
  public final void attributes(Attributes newAttributes) {
    attributes = newAttributes;
  }

  /** What the loop's policy keeps here; null until it has put something in. */
  public final @Nullable Object state() {
    return state;
  }

  /** Keeps something for the loop's policy, and for nobody else. */
  public final void state(@Nullable Object newState) {
    state = newState;
  }
}
