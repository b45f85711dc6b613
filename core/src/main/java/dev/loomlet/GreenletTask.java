package dev.loomlet;

import dev.loomlet.jdk.Mount;
import dev.loomlet.sched.Step;
import dev.loomlet.wait.Task;
import org.jspecify.annotations.Nullable;

/**
 * What ends a greenlet's waits: errors that are to be thrown once, and the innermost scope it is
 * in. All fields belong to the loop's carrier thread.
 */
final class GreenletTask extends Task {
  final Greenlet<?> greenlet;

  /** To be thrown, the oldest first. */
  private @Nullable Edge pending;

  private @Nullable CancelScope scope;

  /** What JDK code has seen as an {@code InterruptedException}; the last one. */
  private @Nullable Edge takenByJdk;

  /** How many {@code Timeout}s run. */
  int timeouts;

  /** An error to be thrown once at a checkpoint. */
  static final class Edge {
    /** What is thrown, or null for a {@link Cancelled} that is made when it is. */
    private final @Nullable Throwable error;

    private @Nullable Edge next;

    Edge(@Nullable Throwable error) {
      this.error = error;
    }

    @Nullable Throwable error() {
      return error;
    }
  }

  GreenletTask(Greenlet<?> greenlet) {
    this.greenlet = greenlet;
  }

  void mountBy(@Nullable Mount mount) {
    setMount(mount);
  }

  /** What its policy knows it by; null if the JDK mounts it. */
  @Nullable Step step() {
    return mount();
  }

  @Override
  public void run() {
    greenlet.runBody(this);
  }

  /** Told how it ended. */
  void ended(Awaitable.End end, @Nullable Object outcome) {
    endLife(
        end == Awaitable.End.CANCELLED, end == Awaitable.End.FAILED ? (Throwable) outcome : null);
  }

  @Override
  public void uncaughtException(Thread unused, Throwable error) {
    greenlet.loop().uncaught(greenlet, error);
  }

  @Override
  protected Thread thread() {
    return greenlet.thread();
  }

  @Override
  public Greenlet<?> greenlet() {
    return greenlet;
  }

  @Override
  public boolean endsByItself() {
    CancelScope innermost = scope;
    return timeouts > 0 || (innermost != null && innermost.endsByItself());
  }

  @Override
  public @Nullable Greenlet<?> groupHost() {
    TaskGroup group = greenlet.group;
    return group == null ? null : group.hostGreenlet();
  }

  @Override
  protected LoopCore loop() {
    return greenlet.loop().core();
  }

  @Override
  public void abandon(String why) {
    greenlet.abandonLive(why);
  }

  /** The innermost scope it is in. */
  @Nullable CancelScope scope() {
    return scope;
  }

  /** Enters or leaves a scope. */
  void setScope(@Nullable CancelScope innermost) {
    scope = innermost;
    refresh();
  }

  /** Looks again whether something is due, and if so brings the greenlet to a checkpoint. */
  void refresh() {
    boolean due = pending != null || (scope != null && scope.isEffectivelyCancelled());
    if (due == needsAttention()) {
      return;
    }
    setAttention(due);
    if (due) {
      alert();
    }
  }

  /** Has an error thrown at the next checkpoint, behind those that are due already. */
  void throwOnce(Edge edge) {
    if (interruptWasTaken()) {
      edgeTakenByJdk();
    }
    if (pending == null) {
      pending = edge;
    } else {
      Edge last = pending;
      while (true) {
        if (last.error == null && edge.error == null) {
          // Killed twice before it noticed: once is enough, its cleanup shall not be hit as well.
          return;
        }
        if (last.next == null) {
          break;
        }
        last = last.next;
      }
      last.next = edge;
    }
    setAttention(true);
    alert();
  }

  /** Takes back an error that has not been thrown. */
  void withdraw(Edge edge) {
    if (interruptWasTaken()) {
      edgeTakenByJdk();
    }
    Edge before = null;
    for (Edge each = pending; each != null; each = each.next) {
      if (each == edge) {
        if (before == null) {
          pending = each.next;
        } else {
          before.next = each.next;
        }
        refresh();
        return;
      }
      before = each;
    }
  }

  @Override
  protected void raise() {
    Edge edge = pending;
    if (edge == null) {
      throw new Cancelled(greenlet, Cancelled.Cause.SCOPE);
    }
    pending = edge.next;
    refresh();
    if (pending != null) {
      // It was told of one only, and may wait for the next one in the JDK.
      alert();
    }
    if (edge.error == null) {
      throw new Cancelled(greenlet, Cancelled.Cause.KILL);
    }
    throw Thrown.unchecked(edge.error);
  }

  @Override
  protected void edgeTakenByJdk() {
    Edge edge = pending;
    if (edge != null && (scope == null || !scope.isEffectivelyCancelled())) {
      pending = edge.next;
      takenByJdk = edge;
      refresh();
    }
  }

  /**
   * What an {@code InterruptedException} that ends the greenlet stands for.
   *
   * @return the error that the greenlet ends with
   */
  Throwable meaningOf(InterruptedException interrupted) {
    boolean alerted = interruptWasTaken();
    if (alerted) {
      edgeTakenByJdk();
    }
    Edge edge = takenByJdk;
    if (edge != null && edge.error != null) {
      edge.error.addSuppressed(interrupted);
      return edge.error;
    }
    if (edge != null || alerted) {
      Cancelled.Cause origin = edge != null ? Cancelled.Cause.KILL : Cancelled.Cause.SCOPE;
      return new Cancelled("greenlet " + greenlet.name() + " was cancelled", origin, interrupted);
    }
    return interrupted;
  }

  @Override
  public Throwable outcomeOf(Throwable error) {
    if (error instanceof InterruptedException interrupted) {
      return meaningOf(interrupted);
    }
    boolean ending = Shutdown.hasBegun() || greenlet.loop().isClosing();
    if (ending && !(error instanceof Cancelled) && Interruption.isIn(error)) {
      return new Cancelled(
          "greenlet " + greenlet.name() + " was cancelled", Cancelled.Cause.KILL, error);
    }
    return error;
  }

  /** Whether the {@code InterruptedException} that reached the edge of a scope is the scope's. */
  boolean scopeInterruptWasTaken() {
    return interruptWasTaken();
  }
}
