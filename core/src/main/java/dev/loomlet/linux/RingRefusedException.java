package dev.loomlet.linux;

import java.io.IOException;
import java.io.Serial;

/** The kernel gives us no ring. */
public final class RingRefusedException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  private final int errno;

  RingRefusedException(String call, int errno) {
    super(call + ": " + Errno.text(errno));
    this.errno = errno;
  }

  /** The error number, positive. */
  public int errno() {
    return errno;
  }
}
