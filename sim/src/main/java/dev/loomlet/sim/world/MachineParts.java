package dev.loomlet.sim.world;

/** Something that each machine has, such as a network card and what the kernel keeps for it. */
public interface MachineParts {

  /** The machine has lost power: all that was not written down is gone, and nobody is told. */
  void powerLost(Machine machine);

  /** The program on the machine was killed, and the kernel cleans up behind it. */
  void programKilled(Machine machine);

  /** What the program on a machine has open, in words; empty if nothing. */
  String leftOpen(Machine machine);
}
