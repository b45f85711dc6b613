package dev.loomlet.sim;

import java.time.Duration;

/**
 * What came out of a simulation.
 *
 * @param seed that decided it
 * @param traceHash of everything that was decided and everything that happened: the same for the
 *     same seed, options and program, in each JVM
 * @param steps of greenlets that were run
 * @param time virtual, from the beginning to the end
 */
public record SimResult(long seed, long traceHash, long steps, Duration time) {}
