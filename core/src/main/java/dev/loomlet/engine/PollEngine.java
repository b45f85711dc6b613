package dev.loomlet.engine;

import java.io.IOException;

/**
 * poll(2): a list of descriptors for each call.
 *
 * <p>The model: whoever waits hands the kernel an array of descriptors with what is asked of each;
 * the kernel looks at every one of them, sleeps if there is nothing, looks at every one again, and
 * marks those that are ready. Nothing is remembered between two calls. It is level-triggered: what
 * was not read is reported anew.
 *
 * <p>What it costs: time in proportion to the descriptors that somebody waits for, in every call,
 * whether one of them is ready or all; also in the calls of a busy loop that only looks. Some tens
 * of nanoseconds a descriptor: nothing to notice with ten, most of the time with ten thousand. But
 * to begin and to end a wait costs no system call, unlike with epoll. So for few descriptors, or
 * many that are all busy, it is as good as any.
 *
 * <p>Where it stops: at no number of descriptors but the limit of the process (EINVAL above it);
 * long before that at the time that a call takes.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/poll.2.html">poll(2)</a>
 */
final class PollEngine extends LinuxEngine {
  static final String NAME = "poll";

  private final WakeUpDescriptor wakeUp;
  private final PollSet waiting;

  PollEngine(EngineContext context) throws IOException {
    super(context);
    this.wakeUp = new WakeUpDescriptor(calls, NAME);
    this.waiting = new PollSet(wakeUp.fd());
  }

  @Override
  long ownCalls() {
    return waiting.systemCalls();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void poll(long timeoutNanos) {
    if (timeoutNanos == 0 && waiting.isEmpty()) {
      return;
    }
    if (waiting.poll(timeoutNanos)) {
      wakeUp.clear(calls);
    }
  }

  @Override
  public void wakeUp() {
    wakeUp.signal();
  }

  @Override
  int watch(LinuxDescriptor descriptor) {
    return 0;
  }

  @Override
  void arm(LinuxDescriptor descriptor, int readiness) {
    waiting.add(descriptor, readiness);
  }

  @Override
  void unwatch(LinuxDescriptor descriptor) {
    waiting.remove(descriptor);
  }

  @Override
  public void close() {
    super.close();
    wakeUp.close();
  }
}
