package dev.loomlet.process;

/**
 * An error in another process that cannot be given as it is: its class is not allowed in messages,
 * is unknown here, or cannot be serialised. The message has its text and stack.
 */
public final class ChildFailure extends Exception {
  private static final long serialVersionUID = 1;

  private final String stack;

  ChildFailure(String process, String stack) {
    super("in process " + process + ": " + stack.strip());
    this.stack = stack;
  }

  /** The error's class, message, stack and causes, as {@code printStackTrace} writes them. */
  public String stack() {
    return stack;
  }
}
