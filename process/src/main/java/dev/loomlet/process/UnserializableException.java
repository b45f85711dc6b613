package dev.loomlet.process;

import org.jspecify.annotations.Nullable;

/**
 * Something cannot be sent to another process, because it or something it refers to is not
 * serialisable. The message says what, and where it is.
 */
public final class UnserializableException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  UnserializableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
