package dev.loomlet.engine;

import dev.loomlet.linux.PollEvents;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.net.SocketException;

/** A descriptor in the care of a {@link LinuxEngine}. */
abstract class LinuxDescriptor extends Readiness {
  /** Events of poll(2) and epoll that mean: try to read. */
  static final int READABLE_EVENTS =
      PollEvents.POLLIN
          | PollEvents.POLLPRI
          | PollEvents.POLLRDHUP
          | PollEvents.POLLHUP
          | PollEvents.POLLERR;

  /** Events that mean: try to write. */
  static final int WRITABLE_EVENTS = PollEvents.POLLOUT | PollEvents.POLLHUP | PollEvents.POLLERR;

  /** After these a short read does not prove that the socket is empty (PRI: the urgent mark). */
  private static final int ENDING_EVENTS = READABLE_EVENTS & ~PollEvents.POLLIN;

  final LinuxEngine engine;
  final SystemCalls calls;
  final int fd;

  /** Place in the engine's {@link DescriptorTable}. */
  int index;

  /** Tells this user of the place from an earlier one. */
  int generation;

  /** What the kernel is doing for it, a bit for each; for models that have it do something. */
  int operations;

  private boolean shared;

  LinuxDescriptor(LinuxEngine engine, int fd, int state) {
    super(engine.context, engine.progress, state);
    this.engine = engine;
    this.calls = engine.calls;
    this.fd = fd;
  }

  /** The engine's poll heard events, numbered as by poll(2) and epoll. */
  final void happened(int events) {
    int readiness = 0;
    if ((events & READABLE_EVENTS) != 0) {
      readiness |= READABLE;
    }
    if ((events & WRITABLE_EVENTS) != 0) {
      readiness |= WRITABLE;
    }
    if ((events & ENDING_EVENTS) != 0) {
      readiness |= ENDING;
    }
    ready(readiness);
  }

  /** The kernel has sent, or tried to; for models that have it do so. */
  void sent(int result) {}

  @Override
  void arm(int readiness) {
    engine.arm(this, readiness);
  }

  @Override
  void askKernel() {
    int events = calls.pollNow(fd, PollEvents.POLLIN | PollEvents.POLLRDHUP);
    if (events > 0) {
      happened(events);
    }
  }

  /** See {@link DescriptorHolder#duplicate}. */
  public final int duplicate() throws IOException {
    requireOpen();
    int descriptor = calls.duplicate(fd);
    if (descriptor < 0) {
      throw new DescriptorsExhaustedException("cannot duplicate " + describe());
    }
    share();
    return descriptor;
  }

  /** Notes that there are, or may be, other descriptors for the same open file. */
  final void share() {
    shared = true;
  }

  @Override
  void askWritable() {
    int events = calls.pollNow(fd, PollEvents.POLLOUT);
    if (events > 0) {
      happened(events);
    }
  }

  final void requireOpen() throws SocketException {
    if (!isOpen()) {
      throw new SocketException(describe() + " is closed");
    }
  }

  /** Whether the open file lives on when this is closed, for models that must know. */
  boolean outlivesClose() {
    return shared;
  }

  /** Frees the descriptor and wakes whoever waits for it. Does nothing when repeated. */
  public void close() {
    if (markClosed()) {
      engine.forget(this);
      closeDescriptor();
    }
  }

  void closeDescriptor() {
    SystemCalls.close(fd);
  }
}
