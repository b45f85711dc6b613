/**
 * How a greenlet or a thread waits, and what can end its wait: the one mechanism below locks,
 * queues, joins and scopes. Not exported.
 *
 * <p>A primitive keeps its state and the line of those who wait for it under a {@link
 * dev.loomlet.wait.Guard}. Whoever has to wait puts a {@link dev.loomlet.wait.Waiter} into the line
 * and waits outside of the guard; whoever gives takes a waiter out of the line and grants it inside
 * of the guard, and wakes it outside. Whether a wait succeeded is therefore decided in one place
 * and once: a waiter that is cancelled or runs out of time looks again under the guard, and if it
 * has been granted meanwhile, then the operation has happened and says so. Nothing that was handed
 * over is ever dropped, and the cancellation stays due for the next checkpoint.
 *
 * <p>Memory order: what a granter wrote before {@code unlock} of the guard, or before {@link
 * dev.loomlet.wait.Waiter#grant}, is seen by the granted when its wait returns. The fields of a
 * {@link dev.loomlet.wait.Task} belong to its loop's carrier thread.
 */
@NullMarked
package dev.loomlet.wait;

import org.jspecify.annotations.NullMarked;
