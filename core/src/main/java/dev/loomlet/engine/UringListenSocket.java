package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.RingOpcode;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Arrays;

/**
 * A listening socket that the kernel accepts for, from when somebody first waits. Connections for
 * which nobody waits yet lie here, few of them: then accepting is ended, and the others wait in the
 * kernel's queue until somebody waits again.
 */
final class UringListenSocket extends LinuxListenSocket {
  private static final int ENOUGH = 64;
  private static final int SOCK_NONBLOCK_CLOEXEC = 0x80800;

  private final UringEngine uring;

  /** Accepted and not taken: a queue from {@link #first} on, going round. */
  private int[] accepted = new int[8];

  private int first;
  private int count;

  /** Why accepting has ended, positive; 0 if it was not for an error. */
  private int error;

  UringListenSocket(UringEngine engine, int fd, SocketAddress address, ListenOptions options)
      throws IOException {
    super(engine, fd, address, options);
    this.uring = engine;
  }

  @Override
  void arm(int readiness) {
    if ((operations & UringEngine.ACCEPT) == 0) {
      uring.prepare(this, UringEngine.ACCEPT, RingOpcode.ACCEPT, 0, 0);
      uring.ring.modify(0, RingOpcode.ACCEPT_MULTISHOT | pollFirst());
      uring.ring.operationFlags(SOCK_NONBLOCK_CLOEXEC);
    }
  }

  /**
   * Without this the kernel reserves a descriptor before it looks whether anybody waits, and says
   * that there is none left although none is needed.
   */
  private int pollFirst() {
    // Came with 6.10; 6.11 is the first that can be told.
    return uring.ring.supports(RingOpcode.BIND) ? RingOpcode.ACCEPT_POLL_FIRST : 0;
  }

  /**
   * The kernel has accepted.
   *
   * @param result a descriptor, which this takes over, or a negative error
   */
  void accepted(int result) {
    if (result >= 0 && !isOpen()) {
      SystemCalls.close(result);
    } else if (result >= 0) {
      add(result);
      ready(READABLE);
    } else if (result != -Errno.ECANCELED) {
      error = -result;
      ready(READABLE);
    } else if (isOpen() && count == 0) {
      // Somebody may have begun to wait after it was told to end.
      arm(READABLE);
    }
  }

  private void add(int descriptor) {
    if (count == accepted.length) {
      int[] larger = Arrays.copyOf(accepted, 2 * count);
      for (int i = 0; i < count; i++) {
        larger[i] = accepted[(first + i) % count];
      }
      accepted = larger;
      first = 0;
    }
    accepted[(first + count++) % accepted.length] = descriptor;
    if (count == ENOUGH && (operations & UringEngine.ACCEPT) != 0) {
      uring.cancel(this, UringEngine.ACCEPT);
    }
  }

  private int remove() {
    int descriptor = accepted[first];
    first = (first + 1) % accepted.length;
    count--;
    return descriptor;
  }

  @Override
  public AcceptedSocket accept(long timeoutNanos) throws IOException {
    beginRead();
    long deadline = 0;
    while (true) {
      if (count > 0) {
        int descriptor = remove();
        believe();
        return wrap(descriptor);
      }
      if (error != 0) {
        int reason = error;
        error = 0;
        believe();
        examine(reason);
        continue;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "accept");
    }
  }

  private void believe() {
    if (count == 0 && error == 0) {
      state &= ~READABLE;
    }
  }

  @Override
  void askKernel() {
    if (count == 0 && error == 0) {
      arm(READABLE);
      uring.enterNow();
    } else {
      state |= READABLE;
    }
  }

  @Override
  void closeDescriptor() {
    super.closeDescriptor();
    while (count > 0) {
      SystemCalls.close(remove());
    }
  }
}
