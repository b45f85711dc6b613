package dev.loomlet.sched;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Where other threads leave work for a loop, and how they know whether it must be woken.
 *
 * <p>A stack of nodes under one atomic reference (Treiber, "Systems Programming: Coping with
 * Parallelism", 1986), emptied whole and turned round by the loop, so that each sender's order is
 * kept. The same reference also says that the loop sleeps:
 *
 * <ul>
 *   <li>{@code null}: nothing is waiting and the loop is awake;
 *   <li>{@link #ASLEEP}: nothing is waiting and the loop is about to block or blocked;
 *   <li>a node: work is waiting, and whoever put the first node in has seen to the wake-up.
 * </ul>
 *
 * <p>Because "the queue is empty" and "I am going to sleep" are one compare-and-set, there is no
 * moment between the two in which work could be left unnoticed; with two variables a StoreLoad
 * fence would have to stand between them on either side. Exactly one sender replaces {@code
 * ASLEEP}, and that sender alone must wake the loop.
 */
public final class Inbox {
  private static final Node ASLEEP = new Node(() -> {}, null);

  private final AtomicReference<@Nullable Node> top = new AtomicReference<>();

  /** Creates an empty inbox of a loop that is awake. */
  public Inbox() {}

  private static final class Node {
    final Runnable task;
    @Nullable Node below;

    Node(Runnable task, @Nullable Node below) {
      this.task = task;
      this.below = below;
    }
  }

  /**
   * Leaves a task. Any thread; lock-free.
   *
   * @return true if the loop is asleep and the caller must wake it
   */
  public boolean put(Runnable task) {
    Node node = new Node(task, null);
    while (true) {
      Node seen = top.get();
      node.below = seen == ASLEEP ? null : seen;
      if (top.compareAndSet(seen, node)) {
        return seen == ASLEEP;
      }
    }
  }

  /** Whether work is waiting. The loop's thread only. */
  public boolean hasWork() {
    Node seen = top.get();
    return seen != null && seen != ASLEEP;
  }

  /**
   * Announces that the loop will block. The loop's thread only.
   *
   * @return false if work is waiting, so that it must not block
   */
  public boolean fallAsleep() {
    return top.compareAndSet(null, ASLEEP);
  }

  /** Announces that the loop runs again. The loop's thread only; harmless if it was awake. */
  public void awake() {
    top.compareAndSet(ASLEEP, null);
  }

  /**
   * Takes all tasks, oldest first. The loop's thread only.
   *
   * @param policy receives each task by {@link Policy#add}
   */
  public void drainTo(Policy policy) {
    Node node = top.getAndSet(null);
    Node oldest = null;
    while (node != null && node != ASLEEP) {
      Node below = node.below;
      node.below = oldest;
      oldest = node;
      node = below;
    }
    for (Node next = oldest; next != null; next = next.below) {
      policy.add(next.task);
    }
  }
}
