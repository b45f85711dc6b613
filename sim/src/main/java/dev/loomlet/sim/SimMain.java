package dev.loomlet.sim;

/** The program that a simulation runs, as the greenlet {@code main} of the host {@code main}. */
@FunctionalInterface
public interface SimMain {

  /**
   * Runs it.
   *
   * @param sim by which hosts are made, and faults
   * @throws Exception any, which makes the simulation fail
   */
  void run(Simulation sim) throws Exception;
}
