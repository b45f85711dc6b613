/**
 * Locks and signals among greenlets and threads: events, semaphores, locks with conditions,
 * barriers, capacity limiters.
 *
 * <p>Greenlets of one loop never run at the same time, so what they share needs no lock as long as
 * nobody waits between reading and writing. These are for stretches of code that do wait, and for
 * what several loops or threads share.
 *
 * <p>All of them work from greenlets of any loop, platform threads, and virtual threads of the
 * JDK's scheduler, in any mixture: a greenlet that waits lets its loop go on; a platform thread
 * with a loop of its own runs it meanwhile; every other thread just waits. All serve first come,
 * first served, and what is given back goes straight to the one who has waited longest: nobody
 * overtakes, and nobody starves.
 *
 * <p>Every operation that may wait is a checkpoint: in a cancelled greenlet, or on an interrupted
 * thread, it throws {@link dev.loomlet.Cancelled} and has not happened, also if it would not have
 * had to wait. If it happens and the cancellation comes at the same moment, then it has happened,
 * and the next checkpoint throws. So a permit or a lock that is on its way to somebody who is
 * cancelled is either his or goes to the next. Methods that declare {@code InterruptedException}
 * throw that for {@link Thread#interrupt}, and {@code Cancelled} for everything else.
 *
 * <p>Time-outs are by the clock of the caller's loop, and by the machine's for threads without one;
 * 0 or less means to look and not to wait.
 *
 * <p>Memory order: what was done before giving (set, release, unlock, signal, arriving at a
 * barrier) is seen by whoever took what was given.
 */
@NullMarked
package dev.loomlet.sync;

import org.jspecify.annotations.NullMarked;
