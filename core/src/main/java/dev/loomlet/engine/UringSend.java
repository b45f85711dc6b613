package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.RingOpcode;
import org.jspecify.annotations.Nullable;

/** A descriptor's part in {@link UringSends}: one little write at a time. */
final class UringSend {
  private final UringEngine engine;
  private final LinuxDescriptor descriptor;

  /** Waits until the end of the turn for what it sends. */
  private @Nullable Thread sender;

  private int length;
  private int result;

  UringSend(UringEngine engine, LinuxDescriptor descriptor) {
    this.engine = engine;
    this.descriptor = descriptor;
  }

  /**
   * Has the kernel send at the end of the turn, and waits for that, deaf to cancellation. There
   * must be no other one under way.
   *
   * @param address of the bytes, which {@link UringSends} has
   * @return how many the socket had room for, or a negative error
   */
  int send(long address, int bytes) {
    engine.prepare(descriptor, UringEngine.SEND, RingOpcode.SEND, address, bytes);
    engine.ring.operationFlags(UringSends.FLAGS);
    engine.sends.begun();
    sender = Thread.currentThread();
    length = bytes;
    try {
      engine.context.parkBriefly();
    } finally {
      // Whatever has ended the wait, the memory and the bytes must not be left behind.
      end();
      sender = null;
    }
    return result;
  }

  private void end() {
    while ((descriptor.operations & UringEngine.SEND) != 0) {
      engine.enterNow();
    }
  }

  /** The kernel has sent, or tried to. */
  void ended(int outcome) {
    result = outcome;
    if (needsRoom()) {
      // Now, and not when the sender runs: that there is room again may be known before.
      descriptor.state &= ~Readiness.WRITABLE;
    }
    Thread waiting = sender;
    if (waiting != null) {
      engine.context.unpark(waiting);
    }
  }

  private boolean needsRoom() {
    return result == -Errno.EAGAIN || (result >= 0 && result < length);
  }

  /** Whether a sender waits, also for its turn after its send was done. */
  boolean isUnderWay() {
    return sender != null;
  }

  /**
   * Has the kernel send at once what was given to it.
   *
   * @return the sender, if it has more to send than there was room for; or else null
   */
  @Nullable Thread finish() {
    Thread other = sender;
    if (other == null) {
      return null;
    }
    end();
    return needsRoom() ? other : null;
  }
}
