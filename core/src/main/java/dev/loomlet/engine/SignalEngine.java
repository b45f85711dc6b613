package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.PollArray;
import dev.loomlet.linux.PollCalls;
import dev.loomlet.linux.PollEvents;
import dev.loomlet.linux.SignalCalls;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Signal-driven: each descriptor sends a signal when it may have become ready.
 *
 * <p>The model: a descriptor is told once whom to send which signal (F_SETOWN_EX, F_SETSIG,
 * O_ASYNC); from then on the kernel queues a signal for each thing that happens to it, with the
 * descriptor's number and what happened. A real-time signal, because those queue, and to the loop's
 * thread and no other (F_OWNER_TID). The thread has them blocked and takes them one by one with
 * sigtimedwait(2), so that no handler ever runs. They tell of changes, not of states: a descriptor
 * is tried first, and waited for when that says EAGAIN.
 *
 * <p>The queue is bounded (RLIMIT_SIGPENDING, for all processes of the user together). Beyond that
 * the kernel sends the ordinary SIGIO, which says only that something was lost; then one poll(2) of
 * all descriptors finds out. A signal of a descriptor that was closed may be taken for one of the
 * next with its number: that one is tried in vain, no more. Other threads wake the loop by SIGURG,
 * which does not depend on the queue, is pending at most once, and is ignored by everybody else.
 *
 * <p>What it costs: four system calls to begin with a descriptor, and one for each event, where
 * epoll brings a thousand in one call; an event is sent for each segment that arrives, also when
 * nobody waits for it. In return the time does not depend on the number of idle descriptors.
 *
 * <p>Where it stops: at the length of the queue, beyond which it is poll(2). Not every kind of
 * descriptor sends signals, and of some events none is sent: terminals, eventfds and standard input
 * (which is shared with other processes, as its O_ASYNC would be), and room in the queue of a Unix
 * socket's peer, are waited for by poll(2), together with a signalfd(2) that stands for the
 * signals. The loop's thread has signals {@value #READY}, SIGIO and SIGURG blocked while the loop
 * exists; so have the threads and processes that are started from it, and processes start with
 * signal {@value #READY} ignored.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/fcntl.2.html">F_SETSIG in fcntl(2)</a>
 */
final class SignalEngine extends LinuxEngine {
  static final String NAME = "signal";

  /** Real-time signals are 34 to 64 for programs; the JDK itself uses 62. */
  static final int READY = 42;

  /** Signals taken in one turn at most, so that greenlets are not kept waiting. */
  private static final int BATCH = 1024;

  private static final int SOL_SOCKET = 1;
  private static final int SO_DOMAIN = 39;
  private static final int STANDARD_ERROR = 2;
  private static final int BOTH = Readiness.READABLE | Readiness.WRITABLE;
  private static final int CLOSED_TO_WAKERS = Integer.MIN_VALUE / 2;

  private final SignalCalls signals = newCalls();
  private final int process = signals.currentProcess();
  private final int thread = signals.currentThread();

  /** By their numbers. */
  private @Nullable LinuxDescriptor[] watched = new @Nullable LinuxDescriptor[64];

  /** What must be waited for by poll(2), by the index of a descriptor. */
  private byte[] withoutSignal = new byte[64];

  /** Made when the first such wait begins. */
  private @Nullable PollSet polled;

  private int signalDescriptor = -1;

  /**
   * Threads that are in {@link #wakeUp}; far below zero once this is closed. The number of a thread
   * that has ended may be another one's.
   */
  private final AtomicInteger wakers = new AtomicInteger();

  /** How often the queue of signals was full. */
  private long overflows;

  SignalEngine(EngineContext context) {
    super(context);
    // A stray one, after the mask is restored, must not end the process.
    signals.ignoreUnlessUsed(READY);
    signals.block();
  }

  private static SignalCalls newCalls() {
    return new SignalCalls(READY, SignalCalls.SIGIO, SignalCalls.SIGURG);
  }

  /** Tries it with a socket, to which nothing happens. */
  static @Nullable String unavailableReason() {
    return LinuxSupport.reasonBy(
        () -> {
          SystemCalls calls = new SystemCalls();
          SignalCalls signals = newCalls();
          int socket = calls.streamSocket(SystemCalls.AF_INET);
          if (socket < 0) {
            return socket;
          }
          int result = signals.sendFrom(socket, READY, signals.currentThread());
          signals.sendNoMore(socket);
          SystemCalls.close(socket);
          return result;
        });
  }

  @Override
  long ownCalls() {
    return signals.made();
  }

  @Override
  public String name() {
    return NAME;
  }

  /** How often signals were lost, and all descriptors were asked instead. */
  long overflows() {
    return overflows;
  }

  @Override
  public void poll(long timeoutNanos) {
    if (timeoutNanos == 0 && descriptors.size() == 0) {
      return;
    }
    long wait = timeoutNanos;
    PollSet others = polled;
    if (others != null && !others.isEmpty()) {
      others.poll(timeoutNanos);
      wait = 0;
    }
    boolean lost = false;
    int signal = signals.take(wait);
    for (int i = 1; signal > 0; i++) {
      if (signal == READY) {
        dispatch(signals.descriptor(), signals.events());
      } else {
        lost |= signal == SignalCalls.SIGIO;
      }
      signal = i < BATCH ? signals.take(0) : 0;
    }
    if (lost) {
      overflows++;
      askAll();
    }
  }

  private void dispatch(int fd, int events) {
    LinuxDescriptor descriptor = fd >= 0 && fd < watched.length ? watched[fd] : null;
    if (descriptor == null) {
      return;
    }
    if (descriptor.isWatched()) {
      // Who watches believes it without trying; but this may be about an earlier descriptor.
      descriptor.askKernel();
      descriptor.happened(events & ~LinuxDescriptor.READABLE_EVENTS);
    } else {
      descriptor.happened(withEnding(events));
    }
  }

  /**
   * One more event, so that a short read is not taken to have emptied a socket: of the end of the
   * stream behind the bytes there may have been a signal already.
   */
  private static int withEnding(int events) {
    return (events & LinuxDescriptor.READABLE_EVENTS) == 0 ? events : events | PollEvents.POLLRDHUP;
  }

  /** Signals were lost, so each descriptor is asked. */
  private void askAll() {
    LinuxDescriptor[] all = new LinuxDescriptor[descriptors.size()];
    PollArray array = new PollArray(Math.max(all.length, 1));
    int[] count = {0};
    descriptors.forEach(
        descriptor -> {
          int place = count[0]++;
          all[place] = descriptor;
          array.set(
              place,
              descriptor.fd,
              PollEvents.POLLIN | PollEvents.POLLPRI | PollEvents.POLLRDHUP | PollEvents.POLLOUT);
        });
    int left = new PollCalls().poll(array, all.length, 0);
    for (int place = 0; left > 0 && place < all.length; place++) {
      int events = array.result(place);
      if (events != 0) {
        left--;
        all[place].happened(withEnding(events));
      }
    }
  }

  @Override
  public void wakeUp() {
    if (wakers.incrementAndGet() > 0) {
      SignalCalls.send(process, thread, SignalCalls.SIGURG);
    }
    wakers.decrementAndGet();
  }

  @Override
  int watch(LinuxDescriptor descriptor) {
    int fd = descriptor.fd;
    if (fd >= watched.length) {
      watched = Arrays.copyOf(watched, Math.max(fd + 1, watched.length * 2));
    }
    int index = descriptor.index;
    if (index >= withoutSignal.length) {
      withoutSignal = Arrays.copyOf(withoutSignal, Math.max(index + 1, withoutSignal.length * 2));
    }
    watched[fd] = descriptor;
    int silent = silentEvents(descriptor);
    if (silent != BOTH && signals.sendFrom(fd, READY, thread) < 0) {
      silent = BOTH;
    }
    withoutSignal[index] = (byte) silent;
    // There was no signal of what happened before.
    descriptor.state |= BOTH | Readiness.ENDING;
    return 0;
  }

  /** Of what a descriptor may send no signal. */
  private int silentEvents(LinuxDescriptor descriptor) {
    int fd = descriptor.fd;
    if (fd <= STANDARD_ERROR || descriptor.outlivesClose()) {
      // Whom a file sends signals is a property of the file, and others may have it, too.
      return BOTH;
    }
    if (calls.getOption(fd, SOL_SOCKET, SO_DOMAIN) >= 0) {
      return calls.optionValue(0) == SystemCalls.AF_UNIX ? Readiness.WRITABLE : 0;
    }
    return signals.isPipe(fd) ? 0 : BOTH;
  }

  @Override
  void arm(LinuxDescriptor descriptor, int readiness) {
    if ((withoutSignal[descriptor.index] & readiness) != 0) {
      polled().add(descriptor, readiness);
    }
  }

  private PollSet polled() {
    PollSet set = polled;
    if (set == null) {
      try {
        signalDescriptor = WakeUpDescriptor.required(NAME, "signalfd", signals.signalDescriptor());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      set = new PollSet(signalDescriptor);
      polled = set;
    }
    return set;
  }

  @Override
  void hasShutDown(LinuxDescriptor socket, int readiness) {
    // The kernel sends signals of what others do only.
    socket.ready(readiness | Readiness.ENDING);
  }

  @Override
  void unwatch(LinuxDescriptor descriptor) {
    watched[descriptor.fd] = null;
    if (withoutSignal[descriptor.index] != BOTH) {
      // The file may stay open by another descriptor.
      signals.sendNoMore(descriptor.fd);
    }
    if (polled != null) {
      polled.remove(descriptor);
    }
  }

  @Override
  public void close() {
    super.close();
    wakers.addAndGet(CLOSED_TO_WAKERS);
    while (wakers.get() > CLOSED_TO_WAKERS) {
      Thread.onSpinWait();
    }
    if (signalDescriptor >= 0) {
      SystemCalls.close(signalDescriptor);
    }
    if (signals.currentThread() == thread) {
      int left;
      do {
        left = signals.take(0);
      } while (left > 0 || left == -Errno.EINTR);
      signals.unblock();
    }
  }
}
