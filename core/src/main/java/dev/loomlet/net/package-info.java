/**
 * TCP, UDP and Unix sockets for greenlets: straight-line reads and writes that make only the
 * calling greenlet wait.
 *
 * <p>A socket belongs to the loop on which it was made. Greenlets of that loop use it directly.
 * From anywhere else the same call is carried over to that loop and waited for, which is correct
 * but slower; {@code close} alone does not wait.
 *
 * <p>{@link dev.loomlet.net.TlsStream} encrypts over any stream.
 */
@NullMarked
package dev.loomlet.net;

import org.jspecify.annotations.NullMarked;
