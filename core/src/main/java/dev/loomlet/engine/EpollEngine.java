package dev.loomlet.engine;

import dev.loomlet.linux.EpollEvents;
import dev.loomlet.linux.Errno;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Linux's epoll, edge-triggered, in pure Java (epoll(7)).
 *
 * <p>Each descriptor is registered once, for reading and writing, when it is made; no call changes
 * that until it is closed. An event carries the index of the descriptor's entry and the entry's
 * generation, so that an event of a descriptor that was closed in the same batch finds nobody.
 */
final class EpollEngine implements Engine {
  static final String NAME = "epoll";

  private static final Cleaner CLEANER = Cleaner.create();
  private static final int BATCH = 1024;
  private static final int INTEREST =
      EpollEvents.EPOLLIN
          | EpollEvents.EPOLLOUT
          | EpollEvents.EPOLLPRI
          | EpollEvents.EPOLLRDHUP
          | EpollEvents.EPOLLET;
  private static final int READABLE_EVENTS =
      EpollEvents.EPOLLIN
          | EpollEvents.EPOLLPRI
          | EpollEvents.EPOLLRDHUP
          | EpollEvents.EPOLLHUP
          | EpollEvents.EPOLLERR;
  private static final int WRITABLE_EVENTS =
      EpollEvents.EPOLLOUT | EpollEvents.EPOLLHUP | EpollEvents.EPOLLERR;

  /** After these a short read does not prove that the socket is empty (PRI: the urgent mark). */
  private static final int ENDING_EVENTS = READABLE_EVENTS & ~EpollEvents.EPOLLIN;

  /** Data of the descriptor by which other threads wake the loop. */
  private static final long WAKE_UP = -1;

  private static final int CLOSED_TO_WAKERS = Integer.MIN_VALUE / 2;

  final SystemCalls calls = new SystemCalls();
  final EngineContext context;
  final ChunkPool chunks = new ChunkPool();
  final Readiness.Progress progress = new Readiness.Progress();

  private final int epoll;
  private final int eventfd;
  private final Cleaner.Cleanable cleanable;
  private final EpollEvents events = calls.newEvents(BATCH);

  private @Nullable EpollDescriptor[] entries = new @Nullable EpollDescriptor[64];
  private int[] freeIndexes = new int[64];
  private int freeCount;
  private int nextIndex;
  private int generation;
  private int open;

  /**
   * Threads that are in {@link #wakeUp}; far below zero once the engine is closed. Without it a
   * late wake-up could write into whatever file was given the number of the closed eventfd.
   */
  private final AtomicInteger wakers = new AtomicInteger();

  /** Frees the engine's own descriptors, also when a thread dies without closing its hub. */
  private record Descriptors(int epoll, int eventfd) implements Runnable {
    @Override
    public void run() {
      SystemCalls.close(epoll);
      SystemCalls.close(eventfd);
    }
  }

  EpollEngine(EngineContext context) throws IOException {
    this.context = context;
    this.epoll = required("epoll_create1", calls.epollCreate());
    int created = calls.eventfd();
    if (created < 0) {
      SystemCalls.close(epoll);
      required("eventfd", created);
    }
    this.eventfd = created;
    this.cleanable = CLEANER.register(this, new Descriptors(epoll, eventfd));
    // Edge-triggered, so that each write is an event and the counter never has to be read.
    required(
        "epoll_ctl",
        calls.epollControl(
            epoll,
            SystemCalls.EPOLL_CTL_ADD,
            eventfd,
            EpollEvents.EPOLLIN | EpollEvents.EPOLLET,
            WAKE_UP));
  }

  private static int required(String call, int result) throws IOException {
    if (result == -Errno.EMFILE || result == -Errno.ENFILE) {
      throw new DescriptorsExhaustedException("cannot start an epoll engine");
    }
    if (result < 0) {
      throw new IOException("cannot start an epoll engine: " + call + ": " + Errno.text(-result));
    }
    return result;
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
    } else if (open > 0) {
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
    EpollDescriptor entry = entries[(int) data];
    if (entry == null || entry.generation != (int) (data >>> 32)) {
      return;
    }
    int readiness = 0;
    if ((happened & READABLE_EVENTS) != 0) {
      readiness |= Readiness.READABLE;
    }
    if ((happened & WRITABLE_EVENTS) != 0) {
      readiness |= Readiness.WRITABLE;
    }
    if ((happened & ENDING_EVENTS) != 0) {
      readiness |= Readiness.ENDING;
    }
    entry.ready(readiness);
  }

  @Override
  public void wakeUp() {
    if (wakers.incrementAndGet() > 0) {
      SystemCalls.signal(eventfd);
    }
    wakers.decrementAndGet();
  }

  @Override
  public ListenSocket listen(InetSocketAddress address, ListenOptions options) throws IOException {
    int fd = calls.tcpSocket(SystemCalls.familyOf(address));
    if (fd < 0) {
      throw SocketFailure.bind(address, -fd);
    }
    try {
      return new EpollListenSocket(this, fd, address, options);
    } catch (IOException | RuntimeException | Error e) {
      SystemCalls.close(fd);
      throw e;
    }
  }

  @Override
  public StreamSocket connect(InetSocketAddress address, long timeoutNanos) throws IOException {
    context.checkCancelled();
    int fd = calls.tcpSocket(SystemCalls.familyOf(address));
    if (fd < 0) {
      throw SocketFailure.connect(address, -fd);
    }
    EpollStreamSocket socket = adopt(fd, 0);
    try {
      socket.connect(address, timeoutNanos);
      return socket;
    } catch (IOException | RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public StreamSocket attach(AcceptedSocket accepted) throws IOException {
    if (!(accepted instanceof EpollAcceptedSocket ours)) {
      accepted.close();
      throw new IllegalArgumentException("the connection was accepted by another kind of engine");
    }
    return adopt(ours.take(), Readiness.WRITABLE);
  }

  private EpollStreamSocket adopt(int fd, int state) throws IOException {
    EpollStreamSocket socket = new EpollStreamSocket(this, fd, state);
    int error = register(socket);
    if (error < 0) {
      SystemCalls.close(fd);
      throw SocketFailure.operation("cannot register", "a socket with epoll", -error);
    }
    return socket;
  }

  /**
   * Gives a descriptor its entry and tells the kernel.
   *
   * @return 0 or a negative error
   */
  int register(EpollDescriptor descriptor) {
    int index = freeCount > 0 ? freeIndexes[--freeCount] : nextIndex++;
    if (index == entries.length) {
      entries = Arrays.copyOf(entries, entries.length * 2);
    }
    descriptor.index = index;
    // Non-negative, so that no descriptor's data looks like WAKE_UP.
    generation = (generation + 1) & Integer.MAX_VALUE;
    descriptor.generation = generation;
    entries[index] = descriptor;
    open++;
    int result =
        calls.epollControl(
            epoll, SystemCalls.EPOLL_CTL_ADD, descriptor.fd, INTEREST, dataOf(descriptor));
    if (result < 0) {
      forget(descriptor);
    }
    return result;
  }

  /** An edge that has passed is shown again if what it told still holds; at once. */
  void askAgain(EpollDescriptor descriptor) {
    calls.epollControl(
        epoll, SystemCalls.EPOLL_CTL_MOD, descriptor.fd, INTEREST, dataOf(descriptor));
    poll(0);
  }

  private static long dataOf(EpollDescriptor descriptor) {
    return (long) descriptor.generation << 32 | descriptor.index;
  }

  /** Takes a descriptor's entry away; the kernel forgets it when the descriptor is closed. */
  void forget(EpollDescriptor descriptor) {
    entries[descriptor.index] = null;
    open--;
    if (freeCount == freeIndexes.length) {
      freeIndexes = Arrays.copyOf(freeIndexes, freeCount * 2);
    }
    freeIndexes[freeCount++] = descriptor.index;
  }

  @Override
  public void close() {
    for (EpollDescriptor entry : entries) {
      if (entry != null) {
        entry.close();
      }
    }
    wakers.addAndGet(CLOSED_TO_WAKERS);
    while (wakers.get() > CLOSED_TO_WAKERS) {
      Thread.onSpinWait();
    }
    cleanable.clean();
  }
}
