/** Simulations as JUnit tests: {@link dev.loomlet.sim.junit.SimTest}. */
@NullMarked
package dev.loomlet.sim.junit;

import org.jspecify.annotations.NullMarked;
