/**
 * The policy seam, and the way in from other threads.
 *
 * <p>A {@link dev.loomlet.sched.Policy} belongs to one loop and is touched on its carrier thread
 * only. An {@link dev.loomlet.sched.Inbox} is the one structure of a loop that other threads write
 * to; its protocol stands in its class comment.
 */
@NullMarked
package dev.loomlet.sched;

import org.jspecify.annotations.NullMarked;
