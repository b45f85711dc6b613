package dev.loomlet.engine;

import java.util.Arrays;

/**
 * Non-blocking calls, tried round and round.
 *
 * <p>The model: each call says at once whether it could do anything (EAGAIN), and whoever could not
 * tries again at the next turn of the loop. Nobody asks the kernel what is ready; there is no list
 * of descriptors, no limit to their number, and no system call but the operations themselves.
 *
 * <p>What it costs: a whole processor, as long as anything waits for input or output; and a system
 * call and a switch for each waiting descriptor in each turn, so that the time until one is served
 * grows with the number of those that are idle. (With nothing but timers and other threads to wait
 * for, the loop sleeps.) In return an answer is seen as soon as it is there: with a handful of
 * descriptors that are always busy there is nothing faster, which is why network cards are driven
 * like this where every microsecond counts.
 *
 * <p>Where it stops: at no number, but long before the others at what it takes from the machine.
 *
 * <p>Where there is nothing to try, as when {@code dev.loomlet.queue.Select} must know whether a
 * read would wait, each turn asks by poll(2) about that one descriptor.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/fcntl.2.html">O_NONBLOCK in fcntl(2)</a>
 */
final class NonblockingEngine extends LinuxEngine {
  static final String NAME = "nonblocking";

  private final LoopSleep sleep = new LoopSleep();

  /** Keys of the descriptors that somebody waits for, each once. */
  private long[] waiting = new long[64];

  /** The array to fill while the other is gone through. */
  private long[] spare = new long[64];

  private int count;

  /** What is waited for, by the index of a descriptor. */
  private byte[] wanted = new byte[64];

  NonblockingEngine(EngineContext context) {
    super(context);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void poll(long timeoutNanos) {
    if (count > 0) {
      if (timeoutNanos > 0) {
        // Nobody else of this loop has anything to do; another thread may.
        Thread.yield();
      }
      haveAllTry();
    } else if (timeoutNanos > 0) {
      sleep.sleep(timeoutNanos);
    }
  }

  private void haveAllTry() {
    long[] round = waiting;
    int size = count;
    waiting = spare;
    spare = round;
    count = 0;
    for (int i = 0; i < size; i++) {
      LinuxDescriptor descriptor = descriptors.find(round[i]);
      if (descriptor != null) {
        haveTry(descriptor);
      }
    }
  }

  private void haveTry(LinuxDescriptor descriptor) {
    int readiness = wanted[descriptor.index];
    wanted[descriptor.index] = 0;
    if (!descriptor.isWatched()) {
      descriptor.ready(readiness);
      return;
    }
    descriptor.ready(readiness & ~Readiness.READABLE);
    if ((readiness & Readiness.READABLE) != 0) {
      descriptor.askKernel();
      if ((descriptor.state & Readiness.READABLE) == 0) {
        arm(descriptor, Readiness.READABLE);
      }
    }
  }

  @Override
  public void wakeUp() {
    sleep.wake();
  }

  @Override
  int watch(LinuxDescriptor descriptor) {
    if (descriptor.index >= wanted.length) {
      wanted = Arrays.copyOf(wanted, Math.max(descriptor.index + 1, wanted.length * 2));
    }
    wanted[descriptor.index] = 0;
    return 0;
  }

  @Override
  void arm(LinuxDescriptor descriptor, int readiness) {
    if (wanted[descriptor.index] == 0) {
      if (count == waiting.length) {
        waiting = Arrays.copyOf(waiting, count * 2);
      }
      waiting[count++] = DescriptorTable.keyOf(descriptor);
    }
    wanted[descriptor.index] |= (byte) readiness;
  }
}
