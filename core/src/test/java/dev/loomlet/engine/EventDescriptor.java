package dev.loomlet.engine;

import dev.loomlet.linux.SystemCalls;
import java.io.IOException;

/** An eventfd in the care of an engine: a descriptor that is no socket, and sends no signals. */
final class EventDescriptor extends LinuxDescriptor {

  EventDescriptor(LinuxEngine engine) {
    super(engine, engine.calls.eventfd(), 0);
    assert fd >= 0 : "no descriptor left";
    int error = engine.register(this);
    assert error >= 0 : "cannot be watched: " + error;
  }

  @Override
  String describe() {
    return "an eventfd";
  }

  /** Makes it readable. Any thread. */
  void signal() {
    SystemCalls.signal(fd);
  }

  /** Waits until it is readable, and makes it unreadable. */
  void await(long timeoutNanos) throws IOException {
    beginRead();
    long deadline = deadline(timeoutNanos);
    while (true) {
      if ((state & READABLE) != 0) {
        state &= ~READABLE;
        askKernel();
        if ((state & READABLE) != 0) {
          state &= ~READABLE;
          calls.clearSignal(fd);
          return;
        }
      }
      awaitReadable(deadline, timeoutNanos, "await");
    }
  }
}
