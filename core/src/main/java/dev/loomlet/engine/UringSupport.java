package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.Ring;
import dev.loomlet.linux.RingOpcode;
import dev.loomlet.linux.RingRefusedException;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds out, without failing, whether io_uring can be used in this JVM, and how well. */
final class UringSupport {
  private static final String NEEDS =
      "needs Linux 6.1 or later (deferred task work, buffer rings, receiving into them)";

  /** System property for tests: does without what came after Linux 6.1, if {@code true}. */
  static final String OLD_PROPERTY = "loomlet.uring.old";

  private static final Probe PROBE = Probe.run();

  private UringSupport() {}

  /** What was found out once, with a ring of its own. */
  private record Probe(@Nullable String reason, boolean limitsReceive) {
    static Probe run() {
      String reason = LinuxSupport.unavailableReason();
      if (reason != null) {
        return new Probe(reason.replace("epoll is", "io_uring is"), false);
      }
      try (Ring ring = Ring.open(8, 16)) {
        return examine(ring);
      } catch (RingRefusedException e) {
        return new Probe(explain(e.errno()), false);
      }
    }

    private static Probe examine(Ring ring) {
      for (int needed : UringSupport.needed()) {
        if (!ring.supports(needed)) {
          return new Probe(NEEDS, false);
        }
      }
      if (!ring.isDeferred() || ring.newBufferRing(UringBuffers.GROUP, 1) == null) {
        return new Probe(NEEDS, false);
      }
      return new Probe(null, tryLimitedReceive(ring));
    }

    /** A kernel that does not know the limit says so before it looks at the socket. */
    private static boolean tryLimitedReceive(Ring ring) {
      int socket = new SystemCalls().streamSocket(SystemCalls.AF_INET);
      if (socket < 0) {
        return false;
      }
      try {
        ring.prepare(RingOpcode.RECV, socket, 0, UringStreamSocket.MOST_AT_ONCE, 1);
        ring.modify(RingOpcode.BUFFER_SELECT, RingOpcode.RECV_MULTISHOT);
        ring.buffers(UringBuffers.GROUP, UringStreamSocket.ENOUGH);
        ring.enter();
        return ring.next() && ring.result() != -Errno.EINVAL;
      } finally {
        SystemCalls.close(socket);
      }
    }
  }

  /** The newest of these came with 6.0, and so did a receive that goes on. */
  private static int[] needed() {
    return new int[] {
      RingOpcode.POLL_ADD,
      RingOpcode.ACCEPT,
      RingOpcode.ASYNC_CANCEL,
      RingOpcode.CONNECT,
      RingOpcode.RECV,
      RingOpcode.SEND_ZC
    };
  }

  private static String explain(int errno) {
    return switch (errno) {
      case Errno.EPERM ->
          "the system does not permit io_uring (sysctl kernel.io_uring_disabled, or a container's"
              + " seccomp profile)";
      case Errno.ENOSYS -> "this kernel has no io_uring; it " + NEEDS;
      case Errno.ENOMEM -> "no memory for a ring (ulimit -l, or the container's limit)";
      default -> "io_uring_setup: " + Errno.text(errno);
    };
  }

  /** Why the engine cannot be used here; null if it can. */
  static @Nullable String unavailableReason() {
    // Asked again each time where it can be simulated.
    return System.getProperty(Ring.FAIL_PROPERTY) == null ? PROBE.reason() : Probe.run().reason();
  }

  /**
   * Whether a receive that goes on can be told after how many bytes to end (Linux 6.17); without
   * that it could fill all buffers for one connection that nobody reads, and so each receive is
   * begun anew.
   */
  static boolean limitsReceive() {
    return PROBE.limitsReceive();
  }

  static boolean isTakenForOld() {
    return Boolean.getBoolean(OLD_PROPERTY);
  }

  /** Whether people would expect the engine to work here: nobody does elsewhere than on Linux. */
  static boolean isWorthTelling() {
    return LinuxSupport.unavailableReason() == null;
  }

  static IOException refused(RingRefusedException e) {
    return switch (e.errno()) {
      case Errno.EMFILE, Errno.ENFILE ->
          new DescriptorsExhaustedException("cannot start the engine " + UringEngine.NAME);
      default ->
          new IOException(
              "cannot start the engine " + UringEngine.NAME + ": " + explain(e.errno()), e);
    };
  }
}
