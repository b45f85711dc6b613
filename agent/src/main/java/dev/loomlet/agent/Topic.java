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

  /** Files, folders and their metadata; streams over pipes, terminals and devices. */
  FILES("files, folders, pipes and terminals are waited for without stopping the loop"),

  /** Host names. */
  NAMES("host names are looked up by Loomlet's resolver"),

  /**
   * Threads, pools, timers and users of the common pool that are started on a loop become greenlets
   * of it. Only where asked for, because code that computes on several threads then does so on one.
   */
  THREADS("threads that are started on a loop become greenlets");

  private final String meaning;

  Topic(String meaning) {
    this.meaning = meaning;
  }

  /** Whether it is patched unless it is left alone; else only where it is asked for. */
  public boolean isDefault() {
    return this != THREADS;
  }

  /** What patching it does, in half a sentence. */
  public String meaning() {
    return meaning;
  }

  /** As in options: {@code no-} and this leaves it alone, this alone asks for it. */
  public String optionName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
