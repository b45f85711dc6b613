package dev.loomlet.agent;

import java.util.Locale;

/** What can be patched or left alone (gevent: the keywords of {@code patch_all}). */
public enum Topic {
  /**
   * Sockets, server sockets, datagram sockets and channels in blocking mode, selectors: they wait
   * on the loop's own engine.
   */
  SOCKETS("sockets wait on the loop's own engine"),

  /** Reading from standard input. */
  STDIN("standard input is waited for without stopping the loop"),

  /** The streams of child processes. */
  PROCESS("pipes of child processes are waited for without stopping the loop"),

  /** {@code FileInputStream} and {@code FileOutputStream} over pipes, terminals and devices. */
  FILES("file streams over pipes and terminals are waited for without stopping the loop"),

  /** Host names. */
  NAMES("host names are looked up on a helper thread");

  private final String meaning;

  Topic(String meaning) {
    this.meaning = meaning;
  }

  /** What patching it does, in half a sentence. */
  public String meaning() {
    return meaning;
  }

  /** As in options: {@code no-} and this leaves it alone. */
  public String optionName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
