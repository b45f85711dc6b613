package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.PollEvents;
import dev.loomlet.linux.SelectCalls;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * select(2): a bit for each descriptor; the oldest of these calls (4.2BSD, 1983), and the one that
 * exists everywhere.
 *
 * <p>The model: two sets of bits, those to read from and those to write to. The kernel looks at
 * every descriptor up to the highest, sleeps if none is ready, and overwrites the sets with what it
 * found, so that they are made anew for each call. It is level-triggered: what was not read is
 * reported anew. (A third set is for urgent data, which Loomlet does not wait for.)
 *
 * <p>What it costs: as poll(2), time in proportion to the descriptors that somebody waits for, in
 * every call; and to look through all the bits, also those of descriptors in between.
 *
 * <p>Where it stops: at descriptor {@value SelectCalls#SET_SIZE}. An {@code fd_set} of the C
 * library has bits for 0 to 1023, and a program that sets another one writes into memory that is
 * not its. It is the number that counts, not how many are waited for: a program with a thousand
 * open files cannot use select for its first socket. Here such a descriptor is refused, with an
 * error that says so, and a server refuses the client and goes on.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/select.2.html">select(2)</a>
 */
final class SelectEngine extends LinuxEngine {
  static final String NAME = "select";

  private static final int WORDS = SelectCalls.SET_SIZE / 64;

  private final SelectCalls selectCalls = new SelectCalls();
  private final WakeUpDescriptor wakeUp;

  /** By their numbers. */
  private final @Nullable LinuxDescriptor[] watched =
      new @Nullable LinuxDescriptor[SelectCalls.SET_SIZE];

  /** Who waits; each is told once. */
  private final long[] wantRead = new long[WORDS];

  private final long[] wantWrite = new long[WORDS];

  /** What the kernel is given, and overwrites. */
  private final long[] read = new long[WORDS];

  private final long[] write = new long[WORDS];

  /** The descriptor that was refused last. */
  private int refused;

  SelectEngine(EngineContext context) throws IOException {
    super(context);
    this.wakeUp = new WakeUpDescriptor(calls, NAME);
    if (wakeUp.fd() >= SelectCalls.SET_SIZE) {
      wakeUp.close();
      throw tooHigh("cannot start the engine " + NAME, wakeUp.fd());
    }
    set(wantRead, wakeUp.fd());
  }

  private static DescriptorsExhaustedException tooHigh(String what, int fd) {
    return new DescriptorsExhaustedException(
        what,
        "select has room for descriptors up to "
            + (SelectCalls.SET_SIZE - 1)
            + ", and this one is "
            + fd
            + "; choose another engine, such as --engine poll");
  }

  private static void set(long[] bits, int fd) {
    bits[fd >> 6] |= 1L << fd;
  }

  private static void clear(long[] bits, int fd) {
    bits[fd >> 6] &= ~(1L << fd);
  }

  @Override
  long ownCalls() {
    return selectCalls.made();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void poll(long timeoutNanos) {
    if (timeoutNanos == 0 && descriptors.size() == 0) {
      return;
    }
    System.arraycopy(wantRead, 0, read, 0, WORDS);
    System.arraycopy(wantWrite, 0, write, 0, WORDS);
    int count = selectCalls.select(highest() + 1, read, write, timeoutNanos);
    if (count == -Errno.EBADF) {
      findBad();
    } else if (count > 0) {
      dispatch(read, wantRead, PollEvents.POLLIN);
      dispatch(write, wantWrite, PollEvents.POLLOUT);
    }
  }

  private int highest() {
    for (int i = WORDS - 1; i >= 0; i--) {
      long bits = wantRead[i] | wantWrite[i];
      if (bits != 0) {
        return i * 64 + 63 - Long.numberOfLeadingZeros(bits);
      }
    }
    return -1;
  }

  private void dispatch(long[] ready, long[] wanted, int event) {
    for (int i = 0; i < WORDS; i++) {
      long bits = ready[i] & wanted[i];
      while (bits != 0) {
        int fd = i * 64 + Long.numberOfTrailingZeros(bits);
        bits &= bits - 1;
        tell(fd, wanted, event);
      }
    }
  }

  private void tell(int fd, long[] wanted, int event) {
    if (fd == wakeUp.fd()) {
      wakeUp.clear(calls);
      return;
    }
    clear(wanted, fd);
    LinuxDescriptor descriptor = watched[fd];
    if (descriptor != null) {
      descriptor.happened(event);
    }
  }

  /** One bad descriptor fails the whole call: closed by somebody else under its waiter. */
  private void findBad() {
    for (int fd = 0; fd < SelectCalls.SET_SIZE; fd++) {
      LinuxDescriptor descriptor = watched[fd];
      if (descriptor != null && (calls.pollNow(fd, 0) & PollEvents.POLLNVAL) != 0) {
        clear(wantRead, fd);
        clear(wantWrite, fd);
        descriptor.happened(PollEvents.POLLERR);
      }
    }
  }

  @Override
  public void wakeUp() {
    wakeUp.signal();
  }

  @Override
  int watch(LinuxDescriptor descriptor) {
    if (descriptor.fd >= SelectCalls.SET_SIZE) {
      refused = descriptor.fd;
      return -Errno.EMFILE;
    }
    watched[descriptor.fd] = descriptor;
    return 0;
  }

  @Override
  IOException refused(int error) {
    return tooHigh("cannot wait for a descriptor", refused);
  }

  @Override
  void arm(LinuxDescriptor descriptor, int readiness) {
    set(readiness == Readiness.READABLE ? wantRead : wantWrite, descriptor.fd);
  }

  @Override
  void unwatch(LinuxDescriptor descriptor) {
    watched[descriptor.fd] = null;
    clear(wantRead, descriptor.fd);
    clear(wantWrite, descriptor.fd);
  }

  @Override
  public void close() {
    super.close();
    wakeUp.close();
  }
}
