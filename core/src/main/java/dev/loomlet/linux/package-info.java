/**
 * Linux system calls by the Foreign Function and Memory API: the only place with native calls.
 *
 * <p>A {@link dev.loomlet.linux.SystemCalls} belongs to one loop, because it holds the memory in
 * which {@code errno} and addresses are passed; only what says so may be called from other threads.
 * Every call follows the kernel's own convention and returns a negative {@link
 * dev.loomlet.linux.Errno} on failure.
 */
@NullMarked
package dev.loomlet.linux;

import org.jspecify.annotations.NullMarked;
