package dev.loomlet;

import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Task;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.WaitLine;
import dev.loomlet.wait.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Greenlets that are waited for or killed together; {@code gevent.pool.Group}.
 *
 * {@snippet :
 * Group group = new Group();
 * group.spawn(() -> serve(left));
 * group.spawn(() -> serve(right));
 * if (!group.join(Duration.ofSeconds(10))) {
 *   group.kill();
 * }
 * }
 *
 * <p>A member leaves when it has ended, so a group that lives long holds nothing but what runs.
 * Errors of members are reported as those of any greenlet, unless somebody waits for the result. A
 * group does not end with the block that made it and does not cancel members when one fails; {@link
 * TaskGroup} does both.
 *
 * <p>Members may belong to several loops. All methods may be called on any thread; {@code spawn}
 * starts greenlets on the {@linkplain Loop#current() caller's loop}. As an {@code Executor} it runs
 * each task as a member.
 */
public sealed class Group extends Workers implements Iterable<Greenlet<?>> permits Pool {
  private final Guard guard = new Guard();
  private final WaitLine joiners = new WaitLine(guard);
  private final Map<Greenlet<?>, Member> members = new LinkedHashMap<>();

  /** Those who wait for the end and want the first error. */
  private final List<Raiser> raisers = new ArrayList<>();

  /** Creates an empty group. */
  public Group() {}

  /** Hears of the end of a member. */
  private final class Member implements Listener {
    private final Greenlet<?> greenlet;

    Member(Greenlet<?> greenlet) {
      this.greenlet = greenlet;
    }

    /** Takes it for good: whoever wanted errors gets this one, also if he stops waiting now. */
    @Override
    public boolean takesError() {
      Throwable error = greenlet.isFailed() ? greenlet.exception() : null;
      if (error == null) {
        return false;
      }
      guard.lock();
      boolean taken = !raisers.isEmpty();
      for (Raiser each : raisers) {
        each.first = each.first == null ? error : each.first;
      }
      guard.unlock();
      return taken;
    }

    @Override
    public void ended(Awaitable<?> source) {
      leave(greenlet);
    }
  }

  /** The first error since somebody began to wait. */
  private static final class Raiser {
    private @Nullable Throwable first;
  }

  /** Takes a place for another member; a group has room for all. */
  boolean takePlace(long nanos) {
    Task.checkpoint();
    return true;
  }

  /** Gives a place back, after a member has left or could not be added. */
  void freePlace() {}

  /**
   * Starts a greenlet as a member. Does not wait in a group without a limit.
   *
   * @throws RejectedExecutionException if the caller's loop is closed
   */
  @Override
  public <T extends @Nullable Object> Greenlet<T> spawn(Callable<? extends T> body) {
    return begin(null, false, body);
  }

  /** As {@link #spawn(Callable)}, for code without a result. */
  public Greenlet<@Nullable Void> spawn(Action body) {
    return begin(null, false, Loop.callable(body));
  }

  /**
   * As {@link #spawn(Callable)}, with a name.
   *
   * @param name also the name of its thread
   */
  public <T extends @Nullable Object> Greenlet<T> spawn(String name, Callable<? extends T> body) {
    return begin(name, false, body);
  }

  /** As {@link #spawn(String, Callable)}, for code without a result. */
  public Greenlet<@Nullable Void> spawn(String name, Action body) {
    return begin(name, false, Loop.callable(body));
  }

  @Override
  final <T extends @Nullable Object> Greenlet<T> begin(Callable<? extends T> body) {
    return begin(null, true, body);
  }

  private <T extends @Nullable Object> Greenlet<T> begin(
      @Nullable String name, boolean answered, Callable<? extends T> body) {
    Objects.requireNonNull(body);
    Loop loop = Loop.current();
    takePlace(Waiter.FOREVER);
    Greenlet<T> greenlet = new Greenlet<>(loop, name, answered, body);
    enter(greenlet);
    startMember(greenlet);
    return greenlet;
  }

  private void startMember(Greenlet<?> greenlet) {
    try {
      greenlet.start();
    } catch (RejectedExecutionException e) {
      leave(greenlet);
      throw e;
    }
  }

  @Override
  final void giveUp(Awaitable<?> task) {
    task.cancel(true);
  }

  @Override
  public <T extends @Nullable Object> Greenlet<T> applyAsync(Callable<? extends T> task) {
    return spawn(task);
  }

  /** Starts a task as a member. In a {@link Pool} this waits for a place. */
  @Override
  public void execute(Runnable task) {
    spawn(task::run);
  }

  /**
   * Adds a greenlet and starts it, unless it was started before.
   *
   * @throws RejectedExecutionException if its loop is closed; it is then no member
   * @throws Cancelled if the caller is cancelled
   */
  public void start(Greenlet<?> greenlet) {
    add(greenlet);
    startMember(greenlet);
  }

  /**
   * Adds a greenlet. One that is a member already or has ended changes nothing. One that is never
   * started stays a member until it is killed.
   *
   * @throws Cancelled if the caller is cancelled
   */
  public void add(Greenlet<?> greenlet) {
    addWithin(greenlet, Waiter.FOREVER);
  }

  final boolean addWithin(Greenlet<?> greenlet, long nanos) {
    Objects.requireNonNull(greenlet);
    if (greenlet.isDone() || contains(greenlet)) {
      Task.checkpoint();
      return true;
    }
    if (!takePlace(nanos)) {
      return false;
    }
    enter(greenlet);
    return true;
  }

  /** Makes it a member, which keeps the place that was taken, or gives that back. */
  private void enter(Greenlet<?> greenlet) {
    Member member = new Member(greenlet);
    guard.lock();
    boolean added = members.putIfAbsent(greenlet, member) == null;
    guard.unlock();
    if (!added) {
      freePlace();
    } else if (!greenlet.addListener(member)) {
      leave(greenlet);
    }
  }

  /**
   * Takes a greenlet out, which then goes on by itself.
   *
   * @return false if it was no member
   */
  public boolean discard(Greenlet<?> greenlet) {
    Member member = leave(greenlet);
    if (member == null) {
      return false;
    }
    greenlet.removeListener(member);
    return true;
  }

  /** Whoever takes it out of the map gives the place back, so that this happens once. */
  private @Nullable Member leave(Greenlet<?> greenlet) {
    Waiter chain = null;
    guard.lock();
    Member member = members.remove(greenlet);
    if (member != null && members.isEmpty()) {
      chain = Places.grantAll(joiners, null);
    }
    guard.unlock();
    if (member != null) {
      freePlace();
      Places.wakeAll(chain);
    }
    return member;
  }

  /** How many members have not ended. */
  @Override
  public final int size() {
    guard.lock();
    int size = members.size();
    guard.unlock();
    return size;
  }

  /** Whether it has no members. */
  public final boolean isEmpty() {
    return size() == 0;
  }

  /** Whether a greenlet is a member. */
  public final boolean contains(Greenlet<?> greenlet) {
    guard.lock();
    boolean present = members.containsKey(greenlet);
    guard.unlock();
    return present;
  }

  /** The members at the time of the call, the first added first. */
  @Override
  public final Iterator<Greenlet<?>> iterator() {
    return List.copyOf(members()).iterator();
  }

  private List<Greenlet<?>> members() {
    guard.lock();
    List<Greenlet<?>> copy = new ArrayList<>(members.keySet());
    guard.unlock();
    return copy;
  }

  @Override
  public final void join() {
    awaitEmpty(Waiter.FOREVER);
  }

  @Override
  public final boolean join(Duration timeout) {
    return awaitEmpty(TimeLimit.toNanos(timeout));
  }

  /**
   * As {@link #join(Duration)}, and says what went wrong meanwhile.
   *
   * @param raise whether errors of members are thrown, when all have ended or the time is over;
   *     they are then not reported elsewhere
   * @throws ExecutionException with the first error since the call as its cause
   */
  public final boolean join(Duration timeout, boolean raise) throws ExecutionException {
    if (!raise) {
      return join(timeout);
    }
    Raiser raiser = new Raiser();
    guard.lock();
    raisers.add(raiser);
    guard.unlock();
    boolean empty;
    try {
      empty = awaitEmpty(TimeLimit.toNanos(timeout));
    } finally {
      guard.lock();
      raisers.remove(raiser);
      guard.unlock();
    }
    Throwable error = raiser.first;
    if (error != null) {
      throw new ExecutionException(error);
    }
    return empty;
  }

  private boolean awaitEmpty(long nanos) {
    Task.checkpoint();
    Greenlet<?> self = Greenlet.current();
    if (self != null && nanos > 0 && contains(self)) {
      throw new IllegalStateException(
          "greenlet " + self.name() + " waits for the end of a group that it is a member of");
    }
    Waiter waiter = new Waiter();
    guard.lock();
    boolean empty = members.isEmpty();
    if (!empty && nanos > 0) {
      joiners.add(waiter);
    }
    guard.unlock();
    return empty || (nanos > 0 && joiners.await(waiter, this, nanos));
  }

  /**
   * Kills all members, also those that are added while it waits, and waits until they have ended. A
   * member that calls it ends too, at once and without waiting for the others.
   *
   * @throws Cancelled if the caller is cancelled while it waits, or kills itself
   */
  @Override
  public final void kill() {
    killAll(null, Waiter.FOREVER);
  }

  @Override
  public final boolean kill(Duration timeout) {
    return killAll(null, TimeLimit.toNanos(timeout));
  }

  /**
   * As {@link #kill()}, with an error of choice.
   *
   * @see Greenlet#kill(Throwable)
   */
  public final void kill(Throwable error) {
    killAll(Objects.requireNonNull(error), Waiter.FOREVER);
  }

  /**
   * As {@link #kill(Throwable)}, waiting for a limited time.
   *
   * @param timeout 0 or less not to wait at all
   * @return whether all have ended
   */
  public final boolean kill(Throwable error, Duration timeout) {
    return killAll(Objects.requireNonNull(error), TimeLimit.toNanos(timeout));
  }

  private boolean killAll(@Nullable Throwable error, long nanos) {
    TimeLimit watch = new TimeLimit(nanos);
    Set<Greenlet<?>> told = new HashSet<>();
    while (true) {
      List<Greenlet<?>> fresh = new ArrayList<>();
      for (Greenlet<?> each : members()) {
        if (!each.isDone() && told.add(each)) {
          fresh.add(each);
        }
      }
      if (fresh.isEmpty()) {
        return true;
      }
      killEach(fresh, error);
      for (Greenlet<?> each : fresh) {
        long left = watch.left();
        if (!(left <= 0 ? each.isDone() : each.awaitEnd(false, left))) {
          return false;
        }
      }
    }
  }

  /** Without waiting. The caller itself comes last, because it does not return from that. */
  private static void killEach(List<Greenlet<?>> greenlets, @Nullable Throwable error) {
    Greenlet<?> self = Greenlet.current();
    for (Greenlet<?> each : greenlets) {
      if (each != self) {
        killOne(each, error);
      }
    }
    if (self != null && greenlets.contains(self)) {
      killOne(self, error);
      Task.checkpoint();
    }
  }

  private static void killOne(Greenlet<?> greenlet, @Nullable Throwable error) {
    if (error == null) {
      greenlet.cancel(true);
    } else {
      greenlet.kill(error, Duration.ZERO);
    }
  }

  @Override
  public String toString() {
    return "Group[" + size() + " members]";
  }
}
