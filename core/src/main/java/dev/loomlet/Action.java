package dev.loomlet;

/** A piece of code without a result that may throw anything: {@link Runnable} for real programs. */
@FunctionalInterface
public interface Action {

  /**
   * Runs the code.
   *
   * @throws Exception whatever goes wrong
   */
  void run() throws Exception;
}
