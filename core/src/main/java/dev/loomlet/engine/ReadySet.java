package dev.loomlet.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Several things of an engine that are waited for at once, level-triggered: what is ready is
 * reported as long as it is. For greenlets of the loop.
 *
 * <p>Only those are asked of which somebody has said that they may be ready, or which were at the
 * last time; so a wait costs as much as there is to report, however many are registered.
 */
public final class ReadySet {
  private final EngineContext context;
  private final Set<Member> candidates = new LinkedHashSet<>();
  private final WakeTimer timer;
  private @Nullable Thread waiter;
  private boolean woken;

  /** Who is asked just now says what he has to say by his answer. */
  private @Nullable Member asked;

  /**
   * Creates an empty set, for an engine.
   *
   * @param context of its loop
   */
  public ReadySet(EngineContext context) {
    this.context = context;
    this.timer = new WakeTimer(context);
  }

  /** One of them. */
  public final class Member {
    private final Watchable target;
    private int interest;
    private int ready;

    private Member(Watchable target, int interest) {
      this.target = target;
      this.interest = interest;
    }

    /** What it was ready for when it was reported last. */
    public int ready() {
      return ready;
    }

    /**
     * Sets what is waited for.
     *
     * @param newInterest {@link Watchable#READ}, {@link Watchable#WRITE} or both
     */
    public void setInterest(int newInterest) {
      interest = newInterest;
      mayBeReady(this);
    }

    /** Takes it out. */
    public void remove() {
      target.observe(null);
      candidates.remove(this);
    }
  }

  /**
   * Adds something.
   *
   * @param interest {@link Watchable#READ}, {@link Watchable#WRITE} or both
   * @throws ResourceBusyException if it is in another set
   */
  public Member add(Watchable target, int interest) {
    Member member = new Member(target, interest);
    target.observe(() -> mayBeReady(member));
    mayBeReady(member);
    return member;
  }

  private void mayBeReady(Member member) {
    if (member != asked && candidates.add(member)) {
      Thread waiting = waiter;
      if (waiting != null) {
        context.unpark(waiting);
      }
    }
  }

  /**
   * Waits until something is ready. Cancellable.
   *
   * @param timeoutNanos 0 to look only, {@link Long#MAX_VALUE} for no limit
   * @return those that are ready; none after the time-out
   * @throws ResourceBusyException if another greenlet waits here
   */
  public List<Member> await(long timeoutNanos) throws IOException {
    if (waiter != null) {
      throw ResourceBusyException.of(waiter, "waits in this selector");
    }
    // A turn for the others first: a selector that always finds something would starve them, and
    // the loop would not hear what is new.
    context.yieldNow();
    List<Member> ready = ask();
    if (!ready.isEmpty() || timeoutNanos == 0) {
      return ready;
    }
    waiter = Thread.currentThread();
    boolean limited = timeoutNanos != Long.MAX_VALUE;
    try {
      if (limited) {
        timer.start(waiter, context.clock().nanoTime() + timeoutNanos);
      }
      while (ready.isEmpty() && !woken) {
        if (candidates.isEmpty()) {
          if (limited && timer.expired()) {
            break;
          }
          context.park();
        }
        ready = ask();
      }
      return ready;
    } finally {
      waiter = null;
      woken = false;
      if (limited) {
        timer.stop();
      }
    }
  }

  /** Ends a wait without a result. */
  public void wakeUp() {
    Thread waiting = waiter;
    if (waiting != null) {
      woken = true;
      context.unpark(waiting);
    }
  }

  private List<Member> ask() throws IOException {
    List<Member> ready = new ArrayList<>();
    try {
      for (Member each : List.copyOf(candidates)) {
        asked = each;
        each.ready = each.target.readyFor(each.interest);
        if (each.ready == 0) {
          candidates.remove(each);
        } else {
          ready.add(each);
        }
      }
    } finally {
      asked = null;
    }
    return ready;
  }
}
