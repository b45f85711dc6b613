package dev.loomlet.engine;

import dev.loomlet.linux.SystemCalls;
import java.util.concurrent.atomic.AtomicInteger;

/** A descriptor on its way from the loop that accepted it to the loop that will serve it. */
final class LinuxAcceptedSocket implements AcceptedSocket {
  private static final int TAKEN = -1;

  private final AtomicInteger fd;
  private final boolean unix;

  LinuxAcceptedSocket(int fd, boolean unix) {
    this.fd = new AtomicInteger(fd);
    this.unix = unix;
  }

  /** Whether it is a Unix socket. */
  boolean isUnix() {
    return unix;
  }

  int take() {
    int descriptor = fd.getAndSet(TAKEN);
    if (descriptor == TAKEN) {
      throw new IllegalStateException("the connection was attached or closed already");
    }
    return descriptor;
  }

  @Override
  public void close() {
    int descriptor = fd.getAndSet(TAKEN);
    if (descriptor != TAKEN) {
      SystemCalls.close(descriptor);
    }
  }
}
