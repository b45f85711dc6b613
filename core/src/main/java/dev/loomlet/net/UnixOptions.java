package dev.loomlet.net;

/**
 * How a Unix socket takes its path.
 *
 * @param mode the rights to the socket's file as of chmod(2), such as {@code 0600}, exactly; {@link
 *     #BY_MASK} for what the process's mask allows. Whoever may not write to the file cannot
 *     connect. On the engine {@code nio} the rights are set right after the path was taken; to be
 *     safe there, put the file into a folder that others cannot enter.
 * @param replaceStale whether the file of a socket that nobody listens to any more, as a process
 *     leaves it that was killed, is replaced. To find that out, it is connected to.
 */
public record UnixOptions(int mode, boolean replaceStale) {
  /** Stands for the rights that the process's mask allows (umask(2)). */
  public static final int BY_MASK = -1;

  /** Rights by the mask; a path where something is, is refused. */
  public static final UnixOptions DEFAULT = new UnixOptions(BY_MASK, false);

  /** Checks the ranges. */
  public UnixOptions {
    if (mode < BY_MASK || mode > 0777) {
      throw new IllegalArgumentException(
          "the mode must be between 0 and 0777 (octal), not 0" + Integer.toOctalString(mode));
    }
  }

  /** The same with certain rights to the file. */
  public UnixOptions withMode(int newMode) {
    return new UnixOptions(newMode, replaceStale);
  }

  /** The same with a stale file replaced or not. */
  public UnixOptions withReplaceStale(boolean replaced) {
    return new UnixOptions(mode, replaced);
  }
}
