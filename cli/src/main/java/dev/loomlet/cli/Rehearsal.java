package dev.loomlet.cli;

/**
 * What the launcher has the JVM watch to make the start-up cache: a program is started in each way
 * that there is, one after the other.
 */
public final class Rehearsal {
  private Rehearsal() {}

  /**
   * Runs a program, first compiled and then as it was kept.
   *
   * @param args of the command
   */
  public static void main(String[] args) {
    for (int i = 0; i < 2; i++) {
      Outcome outcome = Main.execute(System.out, System.err, args);
      if (outcome.exitCode() != 0) {
        System.exit(outcome.exitCode());
      }
    }
  }
}
