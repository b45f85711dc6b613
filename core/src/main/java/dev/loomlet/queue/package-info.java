/**
 * Queues and channels: what greenlets and threads hand to each other.
 *
 * <p>A {@link dev.loomlet.queue.WaitingQueue} is a {@code java.util.concurrent.BlockingQueue}; a
 * {@link dev.loomlet.queue.Channel} has two ends that can be closed; {@link
 * dev.loomlet.queue.Select} waits for the first of several. All of them may be used by greenlets of
 * any loop, by platform threads and by the JDK's virtual threads at the same time. An element is
 * handed over once or stays with whoever put it: a wait that is cancelled or runs out of time has
 * neither taken nor put anything.
 *
 * <p>A queue or channel remembers, weakly, a few of those who have put and taken, so that a {@link
 * dev.loomlet.diagnose.Watch} can tell somebody who waits that all of them have ended.
 *
 * <p>Memory order: what a thread did before it put an element is seen by the one who takes it.
 *
 * <p>Within: an {@code Exchange} is the state and the two lines of waiters under one guard, a
 * {@code Storage} the order of what it holds. Code of others (a comparator, {@code equals}, a
 * handler) is never called under a guard.
 */
@NullMarked
package dev.loomlet.queue;

import org.jspecify.annotations.NullMarked;
