/**
 * What a simulation is made of, but for network and disk: clock, schedule, machines, the trace, and
 * how it fails. Everything here belongs to the simulation's one thread, so there is no lock.
 *
 * <p>Nothing may depend on what differs between two runs of the same seed: no order of a hash of
 * identities, no number or name that the JVM gave a thread, no real time, no other thread.
 */
@NullMarked
package dev.loomlet.sim.world;

import org.jspecify.annotations.NullMarked;
