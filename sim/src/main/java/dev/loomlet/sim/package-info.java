/**
 * Deterministic simulation. {@link dev.loomlet.sim.Simulation#run} runs a program of many greenlets
 * and many hosts on one thread: its clock jumps when everybody waits, a seed decides who runs next
 * and what the network and the disks do, and whatever went wrong happens again with the same seed.
 *
 * <p>The program uses Loomlet's own sockets, files and clocks and cannot tell: a simulation is a
 * loop with another engine, clock and policy. After FoundationDB's simulator, and Rust's turmoil,
 * madsim and shuttle.
 */
@NullMarked
package dev.loomlet.sim;

import org.jspecify.annotations.NullMarked;
