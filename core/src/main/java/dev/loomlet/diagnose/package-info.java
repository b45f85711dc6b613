/**
 * What goes wrong in a program of greenlets without an error: {@linkplain
 * dev.loomlet.diagnose.Deadlocks deadlocks}, {@linkplain dev.loomlet.diagnose.Deserted deserted
 * queues}, {@linkplain dev.loomlet.diagnose.Hog hogs}, loops for which nothing can happen any more;
 * and the {@linkplain dev.loomlet.diagnose.GreenletTree tree of greenlets}. A {@link
 * dev.loomlet.diagnose.Watch} looks for all of them.
 *
 * <p>Nothing here stops a loop or costs it more than a store for each step. All is read from
 * another thread while the loop goes on, and therefore may be out of date or torn. So nothing is
 * reported from one look: a deadlock must be there unchanged in two looks some time apart, and in a
 * third and a fourth right after the second. If each member waits in the same wait in both looks,
 * and each lock has the same owner in both, then nobody can have moved in between, and the cycle is
 * real.
 */
@NullMarked
package dev.loomlet.diagnose;

import org.jspecify.annotations.NullMarked;
