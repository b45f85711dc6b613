/**
 * The clock seam: every reading of time and every timer of a loop.
 *
 * <p>A {@link dev.loomlet.time.Clock} may be read on any thread; a {@link
 * dev.loomlet.time.VirtualClock} stands still until its loop moves it. A {@link
 * dev.loomlet.time.TimerWheel} and its {@linkplain dev.loomlet.time.Timer timers} belong to one
 * loop and are touched by its carrier thread and its greenlets only; none of it is synchronised.
 */
@NullMarked
package dev.loomlet.time;

import org.jspecify.annotations.NullMarked;
