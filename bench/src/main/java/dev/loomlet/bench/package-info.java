/**
 * Benchmarks that a reader can repeat with one command: {@link dev.loomlet.bench.Benchmarks}.
 *
 * <p>Absolute figures of a shared machine do not hold for five minutes; ratios do. So each
 * benchmark measures its subject and its reference in turn, in the same run, for several rounds,
 * and reports the median of the ratios of each round with the smallest and the largest of them.
 * Nothing is reported that was not measured, and what could not be measured is named together with
 * the reason.
 */
@NullMarked
package dev.loomlet.bench;

import org.jspecify.annotations.NullMarked;
