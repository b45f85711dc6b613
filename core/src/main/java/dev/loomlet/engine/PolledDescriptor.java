package dev.loomlet.engine;

import dev.loomlet.linux.PollArray;
import dev.loomlet.linux.PollCalls;
import dev.loomlet.linux.PollEvents;
import java.io.IOException;

/** A descriptor of somebody else's, for an engine that only knows channels: by poll(2). */
final class PolledDescriptor extends ThreadWatch {
  private final int descriptor;

  PolledDescriptor(EngineContext context, Progress progress, int descriptor) throws IOException {
    super(context, progress);
    if (descriptor < 0) {
      throw new IllegalArgumentException("a descriptor is 0 or more, not " + descriptor);
    }
    this.descriptor = descriptor;
    look(READ, 0);
  }

  @Override
  String describe() {
    return "descriptor " + descriptor;
  }

  @Override
  int look(int interest, int millis) throws IOException {
    PollArray array = new PollArray(1);
    int events =
        ((interest & READ) != 0 ? PollEvents.POLLIN : 0)
            | ((interest & WRITE) != 0 ? PollEvents.POLLOUT : 0);
    array.set(0, descriptor, events);
    if (new PollCalls().poll(array, 1, millis * 1_000_000L) <= 0) {
      return 0;
    }
    int happened = array.result(0);
    if ((happened & PollEvents.POLLNVAL) != 0) {
      throw new IOException(describe() + " is not open");
    }
    int found = 0;
    if ((happened & LinuxDescriptor.READABLE_EVENTS) != 0) {
      found |= READ;
    }
    if ((happened & LinuxDescriptor.WRITABLE_EVENTS) != 0) {
      found |= WRITE;
    }
    return found & interest;
  }
}
