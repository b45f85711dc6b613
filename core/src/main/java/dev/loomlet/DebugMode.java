package dev.loomlet;

import java.util.concurrent.atomic.AtomicInteger;

/** Whether anything runs in debug mode, so that a program without it pays for a look only. */
final class DebugMode {
  /** The system property that turns it on for all loops. */
  private static final String PROPERTY = "loomlet.debug";

  /** The environment variable that turns it on for all loops. */
  private static final String ENVIRONMENT = "LOOMLET_DEBUG";

  private static final boolean CONFIGURED = readConfiguration();
  private static final AtomicInteger LOOPS = new AtomicInteger();

  private DebugMode() {}

  private static boolean readConfiguration() {
    String property = System.getProperty(PROPERTY);
    String value = property != null ? property : System.getenv(ENVIRONMENT);
    return value != null && (value.isEmpty() || value.equals("1") || Boolean.parseBoolean(value));
  }

  /** What property and environment say. */
  static boolean isConfigured() {
    return CONFIGURED;
  }

  static void loopOpened() {
    LOOPS.incrementAndGet();
  }

  static void loopClosed() {
    LOOPS.decrementAndGet();
  }

  /**
   * Whether the caller's code is to be watched: its loop is in debug mode or, if it has none, any.
   */
  static boolean isOn() {
    if (!CONFIGURED && LOOPS.get() == 0) {
      return false;
    }
    Loop loop = Loop.currentOrNull();
    return loop == null || loop.isDebug();
  }
}
