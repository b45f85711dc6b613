/**
 * Servers to be measured side by side: upper-casing echo by several ways of doing I/O on the JVM.
 *
 * <p>Each is a program of its own: it takes a port (0 for any free one), prints {@code listening on
 * 127.0.0.1:PORT}, and sends back, upper-cased, what it receives until it is killed. Those in C and
 * in other languages are in {@code bench/native} and {@code bench/peers}.
 */
@NullMarked
package dev.loomlet.bench.peers;

import org.jspecify.annotations.NullMarked;
