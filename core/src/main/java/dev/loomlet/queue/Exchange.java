package dev.loomlet.queue;

import dev.loomlet.wait.Guard;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Where elements pass from those who put to those who take: what is stored, and a line of waiters
 * on either side.
 *
 * <p>The rules of the house, all under one guard:
 *
 * <ul>
 *   <li>Takers wait only while there is nothing to take. An element that comes then goes to the
 *       first of them directly, in its waiter.
 *   <li>Putters wait only while there is no room, each with its element in its waiter. Whoever
 *       makes room lets the first of them in. While somebody waits to be let in, nobody passes him.
 *   <li>A waiter of a {@link Select} stands in several lines; it is claimed before it is granted,
 *       and passed over if another line was faster.
 *   <li>Once shut, it takes in nothing more and nobody waits.
 * </ul>
 *
 * <p>A granted waiter's {@code item} is the element for a taker, and an {@link Answer}, or the
 * error that it could not be put for, for a putter.
 */
final class Exchange<E> {
  /** In this order {@link Select} takes the guards of several. */
  final long number = NUMBERS.getAndIncrement();

  private static final AtomicLong NUMBERS = new AtomicLong();

  final Guard guard = new Guard();
  final WaitLine putters = new WaitLine(guard);
  final WaitLine takers = new WaitLine(guard);

  /** Who has put or tried to, and who has taken or tried to. */
  final Users puts = new Users(guard);

  final Users takes = new Users(guard);
  final Storage<E> store;
  final int capacity;

  /** What is waited for, for thread dumps. */
  private final Object owner;

  /** Whether it was shut down. Under the guard. */
  private boolean shut;

  /** How many elements came in. Under the guard. */
  private long accepted;

  /** An error of a comparator, for the one who put the element. */
  private record Failure(Throwable error) {}

  /**
   * Creates an empty one.
   *
   * @param capacity how many it stores; 0 for none, so that a putter waits for a taker
   */
  Exchange(Object owner, Storage<E> store, int capacity) {
    this.owner = owner;
    this.store = store;
    this.capacity = capacity;
  }

  /**
   * Puts an element if that can be done without waiting.
   *
   * @param orWait joins the line if it cannot
   */
  Answer put(E element, @Nullable Handle via, @Nullable Waiter orWait) {
    puts.note();
    while (true) {
      Object plan = store.planAdd(element);
      guard.lock();
      Answer refusal = refusal(via);
      if (refusal != null) {
        guard.unlock();
        return refusal;
      }
      Waiter taker = takers.isEmpty() ? null : takers.claimFirst();
      if (taker != null) {
        accepted++;
        taker.item = element;
        taker.grant();
        guard.unlock();
        taker.wake();
        return Answer.DONE;
      }
      if (hasRoom()) {
        boolean fits = store.fits(plan);
        if (fits) {
          store.add(element, plan);
          accepted++;
        }
        guard.unlock();
        if (fits) {
          return Answer.DONE;
        }
        continue;
      }
      if (orWait != null) {
        orWait.item = element;
        putters.add(orWait);
      }
      guard.unlock();
      return Answer.NOT_NOW;
    }
  }

  /** Why nothing can be put, or null. Under the guard. */
  @Nullable Answer refusal(@Nullable Handle via) {
    if (via != null && via.closed) {
      return Answer.CLOSED;
    }
    return shut ? Answer.SHUT : null;
  }

  /** Whether there is room that is not meant for one who waits. */
  private boolean hasRoom() {
    return store.size < capacity && (putters.isEmpty() || putters.firstOpen() == null);
  }

  /**
   * Puts an element, waiting. Where a glance without the guard says that this takes a wait, it goes
   * there directly.
   */
  Answer putOrWait(E element, @Nullable Handle via, long nanos) {
    boolean waits = nanos > 0 && store.size >= capacity && takers.isEmpty();
    Answer answer = waits ? Answer.NOT_NOW : put(element, via, null);
    return answer == Answer.NOT_NOW ? awaitPut(element, via, nanos) : answer;
  }

  private Answer awaitPut(E element, @Nullable Handle via, long nanos) {
    if (nanos <= 0) {
      return Answer.NOT_NOW;
    }
    Waiter waiter = via == null ? new Waiter() : new Party(via);
    Answer answer = put(element, via, waiter);
    if (answer == Answer.NOT_NOW && putters.await(waiter, owner, nanos)) {
      return answerOf(waiter);
    }
    return answer;
  }

  /** How the wait of a putter that was granted ended. */
  static Answer answerOf(Waiter granted) {
    if (granted.item instanceof Failure failure) {
      throw Exchange.<RuntimeException>unchecked(failure.error);
    }
    return granted.item instanceof Answer answer ? answer : Answer.DONE;
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the point of it
  private static <X extends Throwable> X unchecked(Throwable error) throws X {
    throw (X) error;
  }

  /**
   * Takes an element if that can be done without waiting.
   *
   * @param orWait joins the line if it cannot
   * @return the element, or an {@link Answer}; null if one would have to wait
   */
  @Nullable Object take(@Nullable Handle via, @Nullable Waiter orWait) {
    takes.note();
    while (true) {
      Object plan = store.planRemoveFirst();
      guard.lock();
      if (via != null && via.closed) {
        guard.unlock();
        return Answer.CLOSED;
      }
      if (store.size > 0) {
        if (!store.fits(plan)) {
          guard.unlock();
          continue;
        }
        E first = store.removeFirst(plan);
        if (putters.isEmpty()) {
          guard.unlock();
          return first;
        }
        letIn();
        return first;
      }
      Waiter putter = putters.isEmpty() ? null : putters.claimFirst();
      if (putter != null) {
        Object element = putter.item;
        accept(putter);
        guard.unlock();
        putter.wake();
        return element;
      }
      if (shut) {
        guard.unlock();
        return Answer.SHUT;
      }
      if (orWait != null) {
        takers.add(orWait);
      }
      guard.unlock();
      return null;
    }
  }

  /** As {@link #take}, waiting, and with the same glance as {@link #putOrWait}. */
  @Nullable Object takeOrWait(@Nullable Handle via, long nanos) {
    boolean waits = nanos > 0 && store.size == 0 && putters.isEmpty();
    Object taken = waits ? null : take(via, null);
    return taken == null ? awaitTake(via, nanos) : taken;
  }

  private @Nullable Object awaitTake(@Nullable Handle via, long nanos) {
    if (nanos <= 0) {
      return null;
    }
    Waiter waiter = via == null ? new Waiter() : new Party(via);
    Object taken = take(via, waiter);
    return taken == null && takers.await(waiter, owner, nanos) ? waiter.item : taken;
  }

  private void accept(Waiter putter) {
    accepted++;
    putter.item = Answer.DONE;
    putter.grant();
  }

  /** Lets somebody in after room was made. Called with the guard, which it leaves. */
  @SuppressWarnings("unchecked")
  private void letIn() {
    if (store.isPlanned()) {
      guard.unlock();
      letAllIn();
      return;
    }
    Waiter putter = putters.claimFirst();
    if (putter != null) {
      store.add((E) element(putter), null);
      accept(putter);
    }
    guard.unlock();
    if (putter != null) {
      putter.wake();
    }
  }

  private static Object element(Waiter putter) {
    Object item = putter.item;
    if (item == null) {
      throw new AssertionError("a putter waits with its element");
    }
    return item;
  }

  /** Lets in those who wait as long as there is room. */
  @SuppressWarnings("unchecked")
  private void letAllIn() {
    while (true) {
      guard.lock();
      Waiter next = store.size < capacity ? putters.firstOpen() : null;
      Object element = next == null ? null : next.item;
      guard.unlock();
      if (next == null || element == null) {
        return;
      }
      Object plan = null;
      Failure failure = null;
      try {
        plan = store.planAdd((E) element);
      } catch (Throwable e) {
        failure = new Failure(e);
      }
      boolean ended = false;
      guard.lock();
      if (putters.first() == next && (failure != null || canAdd(plan))) {
        putters.remove(next);
        ended = next.claim();
        if (ended && failure != null) {
          next.item = failure;
          next.grant();
        } else if (ended) {
          store.add((E) element, plan);
          accept(next);
        }
      }
      guard.unlock();
      if (ended) {
        next.wake();
      }
    }
  }

  private boolean canAdd(@Nullable Object plan) {
    return store.size < capacity && store.fits(plan);
  }

  /** Whether {@link #put} would do something. Under the guard. */
  boolean canPut(@Nullable Handle via) {
    return refusal(via) != null || takers.firstOpen() != null || hasRoom();
  }

  /** Whether {@link #take} would do something. Under the guard. */
  boolean canTake(@Nullable Handle via) {
    return refusal(via) != null || store.size > 0 || putters.firstOpen() != null;
  }

  /** The first that is stored, or null. */
  @Nullable E peek() {
    guard.lock();
    E first = store.size == 0 ? null : store.first();
    guard.unlock();
    return first;
  }

  /** How many are stored. */
  int size() {
    guard.lock();
    int size = store.size;
    guard.unlock();
    return size;
  }

  /** A copy of what is stored. */
  Object[] snapshot() {
    return store.snapshot(guard);
  }

  /** Takes out one stored element, compared by identity. */
  boolean removeSame(Object element) {
    takes.note();
    while (true) {
      Object plan = store.planRemoveSame(element);
      guard.lock();
      if (!store.fits(plan)) {
        guard.unlock();
        continue;
      }
      boolean removed = store.removeSame(element, plan);
      guard.unlock();
      if (removed) {
        letAllIn();
      }
      return removed;
    }
  }

  /**
   * Drops what is stored.
   *
   * @return how many
   */
  int clear() {
    takes.note();
    guard.lock();
    int dropped = store.size;
    store.clear();
    guard.unlock();
    letAllIn();
    return dropped;
  }

  /** How many elements came in, ever. Under the guard. */
  long accepted() {
    return accepted;
  }

  /** Whether it was shut down. Under the guard. */
  boolean isShut() {
    return shut;
  }

  /** Shuts it down; {@link #sendAllAway} must follow. Under the guard. */
  void shut() {
    shut = true;
  }

  /** Sends away all who wait after it was shut. */
  void sendAllAway() {
    sendAllAway(putters);
    sendAllAway(takers);
  }

  private void sendAllAway(WaitLine line) {
    Waiter waiter;
    do {
      guard.lock();
      waiter = line.claimFirst();
      if (waiter != null) {
        waiter.item = Answer.SHUT;
        waiter.grant();
      }
      guard.unlock();
      if (waiter != null) {
        waiter.wake();
      }
    } while (waiter != null);
  }

  /** Sends away those who wait by way of a handle that was closed. */
  void sendAway(WaitLine line, Handle closed) {
    Waiter waiter;
    do {
      guard.lock();
      waiter = claim(line, closed);
      if (waiter != null) {
        waiter.item = Answer.CLOSED;
        waiter.grant();
      }
      guard.unlock();
      if (waiter != null) {
        waiter.wake();
      }
    } while (waiter != null);
  }

  private static @Nullable Waiter claim(WaitLine line, Handle handle) {
    Waiter waiter = line.first();
    while (waiter != null) {
      Waiter behind = line.after(waiter);
      if (waiter instanceof Party party && party.via == handle) {
        line.remove(waiter);
        if (waiter.claim()) {
          return waiter;
        }
      }
      waiter = behind;
    }
    return null;
  }
}
