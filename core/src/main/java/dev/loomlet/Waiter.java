package dev.loomlet;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Somebody who waits for a greenlet's end; a link of the chain that the greenlet keeps of them. */
final class Waiter {
  /** To be unparked, or null if {@link #hub} is to be woken. */
  private final @Nullable Thread thread;

  private final @Nullable LoopCore hub;

  /** Whether it will see the greenlet's error. */
  final boolean wantsResult;

  @Nullable Waiter next;

  private Waiter(@Nullable Thread thread, @Nullable LoopCore hub, boolean wantsResult) {
    this.thread = thread;
    this.hub = hub;
    this.wantsResult = wantsResult;
  }

  /** A thread that parks. */
  static Waiter ofThread(Thread thread, boolean wantsResult) {
    return new Waiter(thread, null, wantsResult);
  }

  /** A platform thread that runs its own loop while it waits. */
  static Waiter ofHub(LoopCore hub, boolean wantsResult) {
    return new Waiter(null, hub, wantsResult);
  }

  void wake() {
    if (thread != null) {
      LockSupport.unpark(thread);
    }
    if (hub != null && !hub.onCarrier()) {
      hub.submit(() -> {});
    }
  }

  /** The chain in the order in which its links were added. */
  static @Nullable Waiter reversed(@Nullable Object last) {
    Waiter first = null;
    Waiter link = (Waiter) last;
    while (link != null) {
      Waiter before = link.next;
      link.next = first;
      first = link;
      link = before;
    }
    return first;
  }

  /**
   * A copy of the chain without one waiter. A copy, because others read the chain meanwhile; and so
   * a waiter is known by who it is, since its link may be a copy by now. Nobody waits twice at
   * once.
   *
   * @param chain may or may not contain it
   */
  static @Nullable Waiter without(@Nullable Waiter chain, Waiter removed) {
    Waiter copy = null;
    for (Waiter link = chain; link != null; link = link.next) {
      if (link.thread != removed.thread || link.hub != removed.hub) {
        Waiter same = new Waiter(link.thread, link.hub, link.wantsResult);
        same.next = copy;
        copy = same;
      }
    }
    return reversed(copy);
  }
}
