package dev.loomlet.engine;

import java.io.IOException;

/** Reads what the JDK says only in words. */
final class NioFailure {
  private NioFailure() {}

  /** Whether a failure means that there is no descriptor left. */
  static boolean isExhausted(IOException e) {
    String message = e.getMessage();
    return message != null && message.contains("Too many open files");
  }

  /** Whether a failure means that it would succeed a little later. */
  static boolean isUnavailable(IOException e) {
    String message = e.getMessage();
    return message != null && message.contains("temporarily unavailable");
  }
}
