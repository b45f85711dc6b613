package dev.loomlet;

/** Whether anything runs in debug mode. */
final class DebugMode {
  private static final boolean CONFIGURED = Boolean.getBoolean("loomlet.debug");

  private DebugMode() {}

  static boolean isOn() {
    return CONFIGURED;
  }
}
