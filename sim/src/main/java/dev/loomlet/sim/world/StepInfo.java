package dev.loomlet.sim.world;

import dev.loomlet.wait.Task;
import org.jspecify.annotations.Nullable;

/** What a simulation knows of a greenlet. */
final class StepInfo {
  /** The how manyth greenlet it is: the same in each run. */
  final int serial;

  final Machine machine;

  /** The machine's life in which it was spawned; it never runs in another one. */
  final int epoch;

  final String name;

  /** Its greenlet; null for a virtual thread that is none. */
  final @Nullable Task task;

  /** Whether it is ready to run. */
  boolean ready;

  /** Whether it waits for a monitor, or to be notified. */
  boolean inMonitor;

  /** Its priority for PCT. */
  long rank;

  StepInfo(int serial, Machine machine, String name, @Nullable Task task) {
    this.serial = serial;
    this.machine = machine;
    this.epoch = machine.epoch();
    this.name = name;
    this.task = task;
  }

  boolean isAlive() {
    return machine.isAlive(epoch) && !machine.hasDropped(task);
  }
}
