package dev.loomlet.file;

import java.io.IOException;

/** Writes the content of a file; see {@link LoopFiles#replace(java.nio.file.Path, FileWriter)}. */
@FunctionalInterface
public interface FileWriter {

  /** Writes it. May wait. */
  void write(OpenFile file) throws IOException;
}
