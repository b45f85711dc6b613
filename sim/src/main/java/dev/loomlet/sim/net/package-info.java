/**
 * A network without a kernel: the sockets of all machines of a simulation, and what is on its way
 * between them.
 *
 * <p>A byte goes from a socket into a {@link dev.loomlet.sim.net.Wire}, which is one direction of a
 * connection; a timer of the loop lets it arrive. Connections behave as TCP does where a program
 * can see it: order, a window, half-closed and half-open connections, resets, sending again while
 * nothing gets through, and giving up after a quarter of an hour (RFC 9293, tcp(7)).
 */
@NullMarked
package dev.loomlet.sim.net;

import org.jspecify.annotations.NullMarked;
