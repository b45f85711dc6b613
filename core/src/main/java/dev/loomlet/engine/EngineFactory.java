package dev.loomlet.engine;

import java.io.IOException;

/** Opens an engine for a loop that is being made. */
public interface EngineFactory {

  /**
   * Opens an engine.
   *
   * @param context the loop's other seams
   * @throws IOException if the kernel refuses what the engine needs
   */
  Engine open(EngineContext context) throws IOException;
}
