package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.NativeMemory;
import dev.loomlet.linux.PollEvents;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Selector;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waiting, on a loop's engine, for descriptors of the JDK: its sockets, selectors and pipes.
 *
 * <p>Where the engine hears of events without asking each time (by epoll, which io_uring's engine
 * uses for these, too), a descriptor stays registered from its first wait until its owner closes
 * it. The owner's number is used again by the next descriptor, so {@link #closing} must be told of
 * each close. It only counts: a number has a generation, for the whole process, and a registration
 * of another generation is made anew by the next wait. So closing costs next to nothing, on any
 * thread, and needs no word to the loops.
 *
 * <p>A wait may end without reason, as the JDK's own do: whoever waits has tried before, and tries
 * again.
 */
public final class JdkDescriptors {
  /** For {@link #await}: to become readable. */
  public static final int READABLE = Readiness.READABLE;

  /** For {@link #await}: to become writable. */
  public static final int WRITABLE = Readiness.WRITABLE;

  /** From {@link #receive} and {@link #send}: nothing can be moved without waiting. */
  public static final int WOULD_BLOCK = -Errno.EAGAIN;

  /** From the same: a signal came first. */
  public static final int INTERRUPTED = -Errno.EINTR;

  /** From the same: the peer has broken the connection off. */
  public static final int RESET = -Errno.ECONNRESET;

  /** From the same: it is a pipe or something else that is not a socket. Nothing was done. */
  public static final int NOT_A_SOCKET = -Errno.ENOTSOCK;

  /** From {@link #sendPieces}: the caller is to do it himself. Nothing was done. */
  public static final int NOT_TAKEN = -Errno.EOPNOTSUPP;

  private static final int PAGE = 1024;
  private static final int PAGES = 1024;

  /** Generations by number, in pages that exist from the first registration in them on. */
  private static final AtomicReferenceArray<@Nullable AtomicIntegerArray> GENERATIONS =
      new AtomicReferenceArray<>(PAGES);

  private static final List<JdkDescriptors> ALL = new CopyOnWriteArrayList<>();

  private final LinuxEngine engine;
  private @Nullable JdkFiles files;
  private boolean preparesFiles;

  /** Made late: to load a class is to read a file, which may need what is being made here. */
  private @Nullable SelectorWakeUps wakeUps;

  /** By number. */
  private @Nullable JdkDescriptor[] known = new @Nullable JdkDescriptor[64];

  JdkDescriptors(LinuxEngine engine) {
    this.engine = engine;
    ALL.add(this);
  }

  /** The engine closes. */
  void end() {
    ALL.remove(this);
  }

  /**
   * Says that a descriptor is about to be closed by its owner, or its number given to another file.
   * Any thread; does not block.
   */
  public static void closing(int fd) {
    int page = fd / PAGE;
    if (fd >= 0 && page < PAGES) {
      AtomicIntegerArray generations = GENERATIONS.get(page);
      if (generations != null) {
        generations.incrementAndGet(fd % PAGE);
      }
    }
  }

  /** 0 for numbers too high to keep an eye on. */
  static int generationOf(int fd) {
    if (fd / PAGE >= PAGES) {
      return 0;
    }
    AtomicIntegerArray generations = GENERATIONS.get(fd / PAGE);
    if (generations == null) {
      GENERATIONS.compareAndSet(fd / PAGE, null, new AtomicIntegerArray(PAGE));
      return generationOf(fd);
    }
    return generations.get(fd % PAGE);
  }

  /**
   * Ends the waits for a descriptor on every loop. Any thread; does not block. Whoever begins to
   * wait later is to find out by the {@code open} of {@link #await}.
   *
   * @param readiness {@link #READABLE} or {@link #WRITABLE}
   */
  public static void stop(int fd, int readiness) {
    for (JdkDescriptors each : ALL) {
      each.engine.context.submit(() -> each.wake(fd, readiness));
    }
  }

  /**
   * Has sent what somebody has just given to {@link #send}, before a close or a shut-down in the
   * same turn. On the loop.
   */
  public void finishSend(int fd) {
    JdkDescriptor descriptor = find(fd);
    if (descriptor != null) {
      engine.finishSend(descriptor);
    }
    engine.finishTransfers();
  }

  private void wake(int fd, int readiness) {
    JdkDescriptor descriptor = find(fd);
    if (descriptor != null) {
      descriptor.wake(readiness);
    }
  }

  private @Nullable JdkDescriptor find(int fd) {
    return fd >= 0 && fd < known.length ? known[fd] : null;
  }

  /**
   * Makes the calling thread wait until a descriptor is ready, it is interrupted, unparked or
   * {@linkplain #stop stopped}, or the time is over; may end without reason. A virtual thread of
   * this loop only. An interrupt only ends the wait; what the owner makes of it is his business.
   *
   * @param readiness {@link #READABLE} or {@link #WRITABLE}
   * @param nanos how long at most, by the loop's clock; 0 for no limit
   * @param open whether the descriptor's owner has not closed it; asked when a {@link #stop} would
   *     find the waiter
   * @param kept whether {@link #closing} will be called for it, so that it may stay registered
   * @return false if it cannot be waited for here: the thread cannot be unmounted at the moment, or
   *     the engine or the kernel refuses such a descriptor. Nothing has changed then.
   * @throws dev.loomlet.Cancelled if the caller was cancelled, or is so meanwhile
   */
  public boolean await(int fd, int readiness, long nanos, BooleanSupplier open, boolean kept) {
    boolean keep = kept && engine.keepsWatching() && fd / PAGE < PAGES;
    JdkDescriptor descriptor = find(fd);
    int generation = generationOf(fd);
    if (descriptor != null
        && !descriptor.isInUse()
        && (!keep || descriptor.generationOfNumber != generation)) {
      release(descriptor);
      descriptor = null;
    }
    if (descriptor == null) {
      descriptor = register(fd, generation, keep);
      if (descriptor == null) {
        return false;
      }
    }
    try {
      return descriptor.await(readiness, nanos, open);
    } catch (UncheckedIOException e) {
      return false;
    } finally {
      if (!descriptor.isKept() && !descriptor.isInUse()) {
        release(descriptor);
      }
    }
  }

  /**
   * Reads from a socket what is there, into an array, without waiting. On the loop.
   *
   * @param waits whether the caller waits by {@link #await} if there is nothing. Then the system
   *     call is saved that could only say so: after a read that has emptied the socket, if the
   *     engine has heard of nothing since.
   * @return how many bytes; 0 at the end of input; or a negative error, of which those that matter
   *     have names here
   */
  public int receive(int fd, byte[] target, int offset, int length, boolean waits) {
    JdkDescriptor descriptor = current(fd);
    if (waits && descriptor != null && descriptor.isDrained()) {
      return WOULD_BLOCK;
    }
    MemorySegment room = MemorySegment.ofArray(target).asSlice(offset, length);
    int n = engine.calls.receive(fd, room, length);
    if (descriptor != null) {
      descriptor.received(n, length);
    }
    return n;
  }

  /**
   * The same into memory outside the Java heap. If a selector has just found several channels
   * ready, others of the loop may run meanwhile, so that all are read by one system call.
   */
  public int receive(int fd, long address, int length) {
    JdkDescriptor descriptor = current(fd);
    if (descriptor == null) {
      return engine.receive(fd, address, length);
    }
    int n = engine.calls.receive(fd, address, length);
    descriptor.received(n, length);
    return n;
  }

  /**
   * Writes to a socket what it has room for. Does not wait for more room, but may let others of the
   * loop run, who probably write as well, so that all is sent by one system call. On the loop.
   *
   * @return how many bytes, or a negative error, of which those that matter have names here
   */
  public int send(int fd, byte[] source, int offset, int length) {
    MemorySegment bytes = MemorySegment.ofArray(source).asSlice(offset, length);
    JdkDescriptor descriptor = current(fd);
    return descriptor == null
        ? engine.calls.send(fd, bytes, length)
        : engine.send(descriptor, bytes, length);
  }

  /** The same from memory outside the Java heap. */
  public int send(int fd, long address, int length) {
    JdkDescriptor descriptor = current(fd);
    return descriptor == null
        ? engine.send(fd, address, length)
        : engine.send(descriptor, NativeMemory.at(address, length), length);
  }

  /**
   * Writes several pieces to a socket together with what others of the loop write, if that is
   * better than by a system call of their own. On the loop.
   *
   * @param vector address of {@code struct iovec}s (readv(2))
   * @return how many bytes, {@link #NOT_TAKEN}, or another negative error
   */
  public int sendPieces(int fd, long vector, int count) {
    JdkDescriptor descriptor = current(fd);
    return descriptor == null
        ? engine.sendPieces(fd, vector, count)
        : engine.sendPieces(descriptor, vector, count);
  }

  /**
   * The caller's select is about to end, and its selector has found so many channels ready, which
   * will probably be read now. On the loop.
   */
  public void selected(int count) {
    if (wakeUps != null) {
      wakeUps.take();
    }
    engine.selected(count);
  }

  /**
   * Before a select: lets those of the loop who deal with what was selected before finish what they
   * have given to the kernel. In a virtual thread of the loop, which may give others a few turns.
   *
   * @return whether it has
   */
  public boolean settle(Selector selector) {
    SelectorWakeUps known = wakeUps;
    if (known == null) {
      known = new SelectorWakeUps();
      wakeUps = known;
    }
    known.take();
    if (!known.begin(selector)) {
      return engine.settle();
    }
    try {
      return engine.settle();
    } finally {
      known.end();
    }
  }

  /**
   * Puts a wake-up off until the select would wait, if one of that selector is in {@link #settle}
   * here. On the loop.
   */
  public boolean putOffWakeUp(Selector selector) {
    return wakeUps != null && wakeUps.putOff(selector);
  }

  /** Whether a wake-up of the caller's select was put off. */
  public boolean isWokenUp() {
    return wakeUps != null && wakeUps.isPutOff();
  }

  /**
   * The caller's select would wait: wakes the selector up if that was put off, and waits otherwise.
   * As {@link #await} in all else.
   *
   * @param fd of its epoll instance, of whose close {@link #closing} will be told
   */
  public boolean awaitSelector(int fd, long nanos) {
    Selector wokenUp = wakeUps == null ? null : wakeUps.take();
    if (wokenUp != null) {
      wokenUp.wakeup();
      return true;
    }
    return await(fd, READABLE, nanos, () -> true, engine.keepsSelectors());
  }

  /** What the system says of an error that {@link #receive} or {@link #send} gave. */
  public static String describe(int error) {
    return SystemCalls.errorText(-error);
  }

  /** The registration of the number's present owner, if it has one that lasts. */
  private @Nullable JdkDescriptor current(int fd) {
    JdkDescriptor descriptor = find(fd);
    return descriptor != null
            && descriptor.isKept()
            && descriptor.generationOfNumber == generationOf(fd)
        ? descriptor
        : null;
  }

  /** Whether a descriptor is ready at this moment, or nobody can tell. On the loop. */
  public boolean isReady(int fd, int readiness) {
    int event = readiness == READABLE ? PollEvents.POLLIN : PollEvents.POLLOUT;
    return engine.calls.pollNow(fd, event) != 0;
  }

  /**
   * Files of the JDK. On the loop.
   *
   * @return null as long as {@link #prepareFiles} has not been done here
   */
  public @Nullable JdkFiles files() {
    return files;
  }

  /** Whether {@link #prepareFiles} is under way, which itself may read files by the JDK. */
  public boolean preparesFiles() {
    return preparesFiles;
  }

  /** Makes {@link #files} ready; waits until the system calls are bound, the first time. */
  public JdkFiles prepareFiles() {
    preparesFiles = true;
    try {
      LinuxFiles.bindCalls();
      JdkFiles made = new JdkFiles(engine.files().now());
      files = made;
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException("binding reads no file", e);
    } finally {
      preparesFiles = false;
    }
  }

  /** Whether a descriptor is of a kind that can be waited for. On the loop. */
  public boolean canWaitFor(int fd) {
    JdkDescriptor descriptor = find(fd);
    if (descriptor != null && descriptor.generationOfNumber == generationOf(fd)) {
      return true;
    }
    if (descriptor != null) {
      if (descriptor.isInUse()) {
        return true;
      }
      release(descriptor);
    }
    descriptor = register(fd, generationOf(fd), engine.keepsWatching());
    if (descriptor == null) {
      return false;
    }
    if (!descriptor.isKept()) {
      release(descriptor);
    }
    return true;
  }

  private @Nullable JdkDescriptor register(int fd, int generation, boolean keep) {
    JdkDescriptor descriptor = new JdkDescriptor(engine, fd, generation, keep);
    if (engine.register(descriptor) < 0) {
      return null;
    }
    descriptor.startAfresh();
    if (fd >= known.length) {
      known = Arrays.copyOf(known, Math.max(fd + 1, known.length * 2));
    }
    known[fd] = descriptor;
    return descriptor;
  }

  private void release(JdkDescriptor descriptor) {
    if (known[descriptor.fd] == descriptor) {
      known[descriptor.fd] = null;
      engine.forget(descriptor);
    }
  }
}
