/**
 * The carrier seam: the only place that knows JDK internals.
 *
 * <p>A greenlet is a virtual thread whose scheduler is a {@link dev.loomlet.jdk.GreenletScheduler}
 * instead of the JDK's own. The scheduler hands each runnable continuation to a {@link
 * dev.loomlet.jdk.Dispatcher}, which may be called on any thread and must neither park nor take a
 * lock that a greenlet can hold. Everything reached reflectively is looked up once, when {@link
 * dev.loomlet.jdk.JdkInternals} is initialised, so that an unfit JDK is found before the first
 * greenlet starts.
 */
@NullMarked
package dev.loomlet.jdk;

import org.jspecify.annotations.NullMarked;
