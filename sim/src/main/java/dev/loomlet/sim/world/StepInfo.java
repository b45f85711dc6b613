package dev.loomlet.sim.world;

/** What a simulation knows of a greenlet. */
final class StepInfo {
  /** The how manyth greenlet it is: the same in each run. */
  final int serial;

  final Machine machine;

  /** The machine's life in which it was spawned; it never runs in another one. */
  final int epoch;

  final String name;

  /** Its priority for PCT. */
  long rank;

  StepInfo(int serial, Machine machine, String name) {
    this.serial = serial;
    this.machine = machine;
    this.epoch = machine.epoch();
    this.name = name;
  }

  boolean isAlive() {
    return machine.isAlive(epoch);
  }
}
