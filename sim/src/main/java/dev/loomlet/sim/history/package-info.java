/**
 * Histories: what clients asked and were answered, and whether a correct object could have answered
 * so ({@link dev.loomlet.sim.history.Linearizability}).
 */
@NullMarked
package dev.loomlet.sim.history;

import org.jspecify.annotations.NullMarked;
