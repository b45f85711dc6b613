/**
 * Deterministic simulation: a concurrent program, its hosts, their network and their disks on one
 * thread, in virtual time, under a schedule that a seed decides.
 */
module dev.loomlet.sim {
  requires transitive dev.loomlet;
  requires static org.junit.jupiter.api;
  requires static org.jspecify;

  exports dev.loomlet.sim;
  exports dev.loomlet.sim.history;
  exports dev.loomlet.sim.junit;
}
