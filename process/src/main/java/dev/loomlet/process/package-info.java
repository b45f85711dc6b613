/**
 * Child JVMs with the ease of threads: {@link dev.loomlet.process.JavaProcess} runs a lambda or a
 * class in a process of its own, {@link dev.loomlet.process.ProcessPool} runs many tasks on a few
 * processes (Python: {@code multiprocessing}, {@code concurrent.futures}).
 *
 * <p>A child is started by {@code posix_spawn}, gets the class path and flags of its parent, and is
 * waited for by a pidfd, so that a greenlet that waits does not stop its loop and nobody takes
 * another process for it. Pipes carry tasks and results. One more, that the parent never writes to,
 * tells a child that its parent is gone; it ends then.
 *
 * <p>What crosses the pipes is serialised by the JDK, and read through a filter that knows what it
 * allows and rejects the rest.
 *
 * <p>What processes share is in shared memory: locks, semaphores, values, queues, connections. Its
 * rules are these. Words that several processes change are {@code Words}, whose accesses are
 * atomic, and volatile unless they say otherwise. Each change exists by one store, which comes last
 * and is a release: a process may be killed before or after it, and never in its middle. Who sleeps
 * does so by {@code WakeWord} or {@code LockWord}, looks again from time to time, and believes only
 * the kernel that somebody has died. Lengths and positions that others have written are checked
 * before they are used.
 */
@NullMarked
package dev.loomlet.process;

import org.jspecify.annotations.NullMarked;
