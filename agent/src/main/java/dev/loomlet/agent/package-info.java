/**
 * Patching: what makes unmodified blocking Java cooperative on a loop (gevent: {@code
 * gevent.monkey}).
 *
 * <p>A few methods inside the JDK get a few instructions in front: a call of {@link
 * dev.loomlet.agent.Hooks}, by way of a class that is defined next to them. On a virtual thread of
 * a loop the hook does the waiting; on every other thread it returns at once, and the method goes
 * on as it was written.
 */
@NullMarked
package dev.loomlet.agent;

import org.jspecify.annotations.NullMarked;
