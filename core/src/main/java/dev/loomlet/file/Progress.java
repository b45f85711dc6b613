package dev.loomlet.file;

/** Is told how far something is. */
@FunctionalInterface
public interface Progress {

  /**
   * Some more is done. Called in the greenlet that does it.
   *
   * @param done bytes since the beginning
   * @param total bytes there are to do, as far as is known
   */
  void at(long done, long total);
}
