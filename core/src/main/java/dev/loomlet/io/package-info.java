/**
 * Bytes that come and go, whatever they come from: sockets, pipes, terminals, files.
 *
 * <p>{@link dev.loomlet.io.ByteSource} and {@link dev.loomlet.io.ByteSink} are what they have in
 * common; everything here works on those two: {@link dev.loomlet.io.StreamReader} takes lines and
 * frames out of one, {@link dev.loomlet.io.StreamWriter} collects small writes for the other,
 * {@link dev.loomlet.io.Streams} joins them.
 */
@NullMarked
package dev.loomlet.io;

import org.jspecify.annotations.NullMarked;
