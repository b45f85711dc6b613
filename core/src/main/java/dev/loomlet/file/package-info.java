/**
 * Files, pipes, standard streams and the pipes of child processes: reading, writing and waiting for
 * them makes the greenlet wait, and its loop goes on.
 *
 * <p>{@link dev.loomlet.file.LoopFiles} is the way in for files, as {@code java.nio.file.Files} is
 * for threads. All of it works in greenlets of any loop and on plain threads; what is open belongs
 * to the loop that opened it, and calls from elsewhere are carried over to that one. What the
 * operating system refuses comes as the exceptions of {@code java.nio.file}.
 *
 * <p>Disks cannot be waited for as sockets can. An operation on a file that has begun is not given
 * up when its greenlet is cancelled: it is waited for, has happened, and the cancellation is thrown
 * at the next checkpoint, as by trio's {@code to_thread.run_sync}. Pipes and standard streams are
 * waited for as sockets are.
 */
@NullMarked
package dev.loomlet.file;

import org.jspecify.annotations.NullMarked;
