package dev.loomlet.bench;

import java.io.IOException;
import java.time.Duration;

/** Signals that the JDK cannot send to a process. */
enum Signal {
  /** As Ctrl-C. */
  INTERRUPT("INT"),

  /** Puts a process aside as it is, whatever it does. */
  STOP("STOP"),

  /** Has it go on. */
  CONTINUE("CONT");

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final String word;

  Signal(String word) {
    this.word = word;
  }

  /**
   * Sends it. Every shell has the command built in; the program of that name may be missing.
   *
   * @return false if there is no such process
   */
  boolean send(long pid) {
    try {
      Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -" + word + " " + pid).start();
      return kill.waitFor(PATIENCE) && kill.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Sends it to a process that should end by it, and waits for that. */
  boolean sendAndAwaitEnd(Process process, Duration patience) {
    send(process.pid());
    try {
      return process.waitFor(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
