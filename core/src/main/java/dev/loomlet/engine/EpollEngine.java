package dev.loomlet.engine;

import dev.loomlet.linux.EpollEvents;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.ref.Cleaner;

/**
 * Linux's epoll, edge-triggered, in pure Java (epoll(7)).
 *
 * <p>Each descriptor is registered once, for reading and writing, when it is made; no call changes
 * that until it is closed. An event carries the descriptor's key, so that an event of a descriptor
 * that was closed in the same batch finds nobody.
 */
final class EpollEngine extends LinuxEngine {
  static final String NAME = "epoll";

  private static final int BATCH = 1024;
  private static final int INTEREST =
      EpollEvents.EPOLLIN
          | EpollEvents.EPOLLOUT
          | EpollEvents.EPOLLPRI
          | EpollEvents.EPOLLRDHUP
          | EpollEvents.EPOLLET;

  /** Data of the descriptor by which other threads wake the loop. */
  private static final long WAKE_UP = -1;

  private final int epoll;
  private final Cleaner.Cleanable cleanable;
  private final WakeUpDescriptor wakeUp;
  private final EpollEvents events = calls.newEvents(BATCH);

  EpollEngine(EngineContext context) throws IOException {
    super(context);
    this.epoll = WakeUpDescriptor.required(NAME, "epoll_create1", calls.epollCreate());
    this.cleanable = WakeUpDescriptor.closeWith(this, epoll);
    try {
      this.wakeUp = new WakeUpDescriptor(calls, NAME);
    } catch (IOException e) {
      cleanable.clean();
      throw e;
    }
    // Edge-triggered, so that each write is an event and the counter never has to be read.
    WakeUpDescriptor.required(
        NAME,
        "epoll_ctl",
        calls.epollControl(
            epoll,
            SystemCalls.EPOLL_CTL_ADD,
            wakeUp.fd(),
            EpollEvents.EPOLLIN | EpollEvents.EPOLLET,
            WAKE_UP));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void poll(long timeoutNanos) {
    int count;
    if (timeoutNanos > 0) {
      count = calls.epollWait(epoll, events, timeoutNanos);
    } else if (descriptors.size() > 0) {
      count = calls.epollPoll(epoll, events);
    } else {
      return;
    }
    for (int i = 0; i < count; i++) {
      dispatch(events.events(i), events.data(i));
    }
  }

  private void dispatch(int happened, long data) {
    if (data == WAKE_UP) {
      return;
    }
    LinuxDescriptor descriptor = descriptors.find(data);
    if (descriptor != null) {
      descriptor.happened(happened);
    }
  }

  @Override
  public void wakeUp() {
    wakeUp.signal();
  }

  @Override
  int watch(LinuxDescriptor descriptor) {
    return calls.epollControl(
        epoll,
        SystemCalls.EPOLL_CTL_ADD,
        descriptor.fd,
        INTEREST,
        DescriptorTable.keyOf(descriptor));
  }

  @Override
  void unwatch(LinuxDescriptor descriptor) {
    // The kernel forgets a file when it is closed, and not before (epoll(7), questions).
    if (descriptor.outlivesClose()) {
      calls.epollControl(epoll, SystemCalls.EPOLL_CTL_DEL, descriptor.fd, 0, 0);
    }
  }

  @Override
  boolean keepsWatching() {
    return true;
  }

  @Override
  public void close() {
    super.close();
    wakeUp.close();
    cleanable.clean();
  }
}
