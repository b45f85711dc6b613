package dev.loomlet.engine;

import dev.loomlet.linux.EpollEvents;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.ref.Cleaner;

/**
 * An epoll(7) instance of an engine. Each descriptor is registered once, edge-triggered, for
 * reading and writing; no call changes that until it is closed. An event carries the descriptor's
 * key, so that an event of a descriptor that was closed in the same batch finds nobody.
 */
final class EpollSet implements AutoCloseable {
  private static final int BATCH = 1024;
  private static final int INTEREST =
      EpollEvents.EPOLLIN
          | EpollEvents.EPOLLOUT
          | EpollEvents.EPOLLPRI
          | EpollEvents.EPOLLRDHUP
          | EpollEvents.EPOLLET;

  /** Data of the descriptor by which other threads wake the loop. */
  private static final long WAKE_UP = -1;

  private final SystemCalls calls;
  private final DescriptorTable descriptors;
  private final int fd;
  private final Cleaner.Cleanable cleanable;
  private final EpollEvents events;

  /**
   * Makes one.
   *
   * @param engine whose it is
   * @throws DescriptorsExhaustedException if there is no descriptor left
   */
  EpollSet(LinuxEngine engine) throws IOException {
    this.calls = engine.calls;
    this.descriptors = engine.descriptors;
    this.fd = WakeUpDescriptor.required(engine.name(), "epoll_create1", calls.epollCreate());
    this.cleanable = WakeUpDescriptor.closeWith(this, fd);
    this.events = calls.newEvents(BATCH);
  }

  /** The instance's own descriptor, which is readable while there are events. */
  int fd() {
    return fd;
  }

  /**
   * Begins to watch a descriptor that has its place in the engine's table.
   *
   * @return 0 or a negative error
   */
  int add(LinuxDescriptor descriptor) {
    return calls.epollControl(
        fd, SystemCalls.EPOLL_CTL_ADD, descriptor.fd, INTEREST, DescriptorTable.keyOf(descriptor));
  }

  /**
   * Has a signal end a wait.
   *
   * @return 0 or a negative error
   */
  int add(WakeUpDescriptor wakeUp) {
    // Edge-triggered, so that each write is an event and the counter never has to be read.
    return calls.epollControl(
        fd,
        SystemCalls.EPOLL_CTL_ADD,
        wakeUp.fd(),
        EpollEvents.EPOLLIN | EpollEvents.EPOLLET,
        WAKE_UP);
  }

  /** Ends the watching of a descriptor that is about to be closed. */
  void remove(LinuxDescriptor descriptor) {
    // The kernel forgets a file when it is closed, and not before (epoll(7), questions).
    if (descriptor.outlivesClose()) {
      calls.epollControl(fd, SystemCalls.EPOLL_CTL_DEL, descriptor.fd, 0, 0);
    }
  }

  /** Waits for events, once, and tells the descriptors. */
  void await(long timeoutNanos) {
    tell(calls.epollWait(fd, events, timeoutNanos));
  }

  /**
   * Tells the descriptors what has happened up to now.
   *
   * @return whether there may be more
   */
  boolean poll() {
    return tell(calls.epollPoll(fd, events)) == BATCH;
  }

  private int tell(int count) {
    for (int i = 0; i < count; i++) {
      long data = events.data(i);
      LinuxDescriptor descriptor = data == WAKE_UP ? null : descriptors.find(data);
      if (descriptor != null) {
        descriptor.happened(events.events(i));
      }
    }
    return count;
  }

  @Override
  public void close() {
    cleanable.clean();
  }
}
