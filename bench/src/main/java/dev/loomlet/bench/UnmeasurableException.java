package dev.loomlet.bench;

/** Nothing can be measured on this machine; the message says why and what to do. */
public final class UnmeasurableException extends Exception {
  private static final long serialVersionUID = 1;

  UnmeasurableException(String message) {
    super(message);
  }
}
