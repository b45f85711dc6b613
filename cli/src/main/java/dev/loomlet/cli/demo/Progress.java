package dev.loomlet.cli.demo;

import java.io.Console;
import java.io.PrintStream;

/** Tells how far the show is: one line that changes on a terminal, else a line for each step. */
final class Progress {
  private static final String BACK_TO_EMPTY_LINE = "\r\u001b[K";

  private final PrintStream out;
  private final boolean live;

  Progress(PrintStream out) {
    this.out = out;
    this.live = isOnTerminal();
  }

  // JDK 25 has gone back to null where there is no terminal.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isOnTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Whether {@link #live(String)} does anything. */
  boolean isLive() {
    return live;
  }

  /** Shows a state that the next one replaces. */
  void live(String state) {
    if (live) {
      out.print(BACK_TO_EMPTY_LINE + state);
      out.flush();
    }
  }

  /** Reports a step, where {@link #live(String)} does not. */
  void step(String what) {
    if (!live) {
      out.println(what);
    }
  }

  /** Takes the changing line away. */
  void clear() {
    live("");
  }
}
