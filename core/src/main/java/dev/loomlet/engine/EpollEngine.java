package dev.loomlet.engine;

import java.io.IOException;

/** Linux epoll, edge-triggered, in pure Java (epoll(7)); see {@link EpollSet}. */
final class EpollEngine extends LinuxEngine {
  static final String NAME = "epoll";

  private final EpollSet set;
  private final WakeUpDescriptor wakeUp;

  EpollEngine(EngineContext context) throws IOException {
    super(context);
    this.set = new EpollSet(this);
    WakeUpDescriptor made = null;
    try {
      made = new WakeUpDescriptor(calls, NAME);
      WakeUpDescriptor.required(NAME, "epoll_ctl", set.add(made));
    } catch (IOException e) {
      if (made != null) {
        made.close();
      }
      set.close();
      throw e;
    }
    this.wakeUp = made;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void poll(long timeoutNanos) {
    if (timeoutNanos > 0) {
      set.await(timeoutNanos);
    } else if (descriptors.size() > 0) {
      set.poll();
    }
  }

  @Override
  public void wakeUp() {
    wakeUp.signal();
  }

  @Override
  int watch(LinuxDescriptor descriptor) {
    return set.add(descriptor);
  }

  @Override
  void unwatch(LinuxDescriptor descriptor) {
    set.remove(descriptor);
  }

  @Override
  boolean keepsWatching() {
    return true;
  }

  @Override
  public void close() {
    super.close();
    wakeUp.close();
    set.close();
  }
}
