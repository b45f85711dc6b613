package dev.loomlet.cli;

import dev.loomlet.LoopOptions;
import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.engine.Engines;
import org.jspecify.annotations.Nullable;

/** Makes what the user wants of engines come true. */
final class EngineChoice {
  private EngineChoice() {}

  /**
   * Makes a choice hold for all loops of this JVM.
   *
   * @param name of an engine, or null to leave it to property and environment
   * @return what a loop is made of then
   * @throws CommandFailure if there is no such engine, or no loop can be run here
   */
  static LoopOptions apply(@Nullable String name) {
    if (name != null) {
      System.setProperty(Engines.PROPERTY, name);
    }
    try {
      LoopOptions options = LoopOptions.defaults();
      if (Engines.configuredName().equals(Engines.AUTO)) {
        Engines.best(); // so that the first loop need not find out
      }
      return options;
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(String.valueOf(e.getMessage()));
    } catch (IllegalStateException e) {
      throw CommandFailure.missing(String.valueOf(e.getMessage()));
    }
  }
}
