package dev.loomlet.process;

/** How a process ended, in words. */
final class ExitText {
  private static final int SIGKILL = 9;
  private static final int SIGABRT = 6;
  private static final int SIGSEGV = 11;

  /** What the JVM exits with when it is told to exit on an OutOfMemoryError. */
  private static final int OUT_OF_MEMORY = 3;

  private ExitText() {}

  /**
   * For messages, to follow the name of a process.
   *
   * @param code less than 0 for a signal
   */
  static String of(int code) {
    return switch (-code) {
      case SIGKILL ->
          "was killed by signal 9 (SIGKILL), by somebody or by the kernel for want of memory";
      case SIGABRT -> "was ended by signal 6 (SIGABRT): the JVM crashed";
      case SIGSEGV -> "was ended by signal 11 (SIGSEGV): the JVM crashed";
      case -OUT_OF_MEMORY -> "ended with exit code 3: out of memory, if it did not say so itself";
      default -> code < 0 ? "was ended by signal " + -code : "ended with exit code " + code;
    };
  }
}
