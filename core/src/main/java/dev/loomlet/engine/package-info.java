/**
 * The engine seam: every byte in or out of a loop.
 *
 * <p>An {@link dev.loomlet.engine.Engine} speaks in operations (read, write, accept, connect), not
 * in readiness: a readiness engine tries, waits and tries again; a completion engine submits and
 * waits. Either way the calling greenlet waits and the loop goes on. All of it is confined to the
 * loop's carrier thread; only {@link dev.loomlet.engine.Engine#wakeUp} may be called elsewhere.
 *
 * <p>Programs use {@code dev.loomlet.net} and {@code dev.loomlet.file}; this package is for those
 * who write or choose engines.
 */
@NullMarked
package dev.loomlet.engine;

import org.jspecify.annotations.NullMarked;
