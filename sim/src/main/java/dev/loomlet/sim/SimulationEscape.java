package dev.loomlet.sim;

import java.io.Serial;

/**
 * Thrown where a simulated program reaches for something that the seed has no power over: a thread
 * of its own, the machine's clock, network or files. The simulation fails even if this is caught.
 */
public final class SimulationEscape extends Error {
  @Serial private static final long serialVersionUID = 1;

  /** Creates the error; the message names the call, and its stack trace the place. */
  public SimulationEscape(String message) {
    super(message);
  }
}
