/**
 * The policy seam, and the way in from other threads.
 *
 * <p>A {@link dev.loomlet.sched.Policy} belongs to one loop and is touched on its carrier thread
 * only; so do the {@linkplain dev.loomlet.sched.Step steps} that it chooses among, with their
 * {@linkplain dev.loomlet.sched.Attributes attributes}. {@link dev.loomlet.sched.Policies} has them
 * by name. An {@link dev.loomlet.sched.Inbox} is the one structure of a loop that other threads
 * write to; its protocol stands in its class comment.
 */
@NullMarked
package dev.loomlet.sched;

import org.jspecify.annotations.NullMarked;
