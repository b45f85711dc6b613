/**
 * Loops and greenlets: straight-line blocking code that switches at every wait.
 *
 * <p>{@link dev.loomlet.Loomlet} is the way in. Greenlets of one loop never run at the same time,
 * so what only they touch needs no lock and no volatile. Between loops and threads, whatever a
 * greenlet did happens before anything that sees it done ({@code join}, {@code get}, {@code
 * isDone}), and whatever a thread did happens before a greenlet it spawned or a task it submitted
 * starts.
 */
@NullMarked
package dev.loomlet;

import org.jspecify.annotations.NullMarked;
