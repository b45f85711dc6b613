package dev.loomlet.engine;

import dev.loomlet.jdk.JdkInternals;
import dev.loomlet.linux.BufferRing;
import dev.loomlet.linux.Errno;
import dev.loomlet.linux.NativeMemory;
import dev.loomlet.linux.PollEvents;
import dev.loomlet.linux.Ring;
import dev.loomlet.linux.RingOpcode;
import dev.loomlet.linux.RingRefusedException;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Linux's io_uring: the kernel does the operations and says when they are done (io_uring(7)).
 *
 * <p>One {@code io_uring_enter} a turn hands over what greenlets have asked for, lets the kernel
 * complete what it can, and waits if nobody is ready. The rules of ownership:
 *
 * <ul>
 *   <li>What the kernel does for a descriptor is noted in {@link LinuxDescriptor#operations}, a bit
 *       for each kind, from the submission to the last completion.
 *   <li>A completion carries the descriptor's key and the kind. If the descriptor was closed
 *       meanwhile, nobody is found under the key, and what the completion brings (a buffer, an
 *       accepted descriptor) is freed.
 *   <li>Closing cancels what is under way and collects the last completions before the descriptor
 *       is freed; the kernel cancels within the same system call, so that closing does not wait.
 *   <li>The kernel writes into buffers that were given to it, and gives each back by a completion.
 *       All other memory that it reads or writes is that of an operation that is over with the
 *       system call ({@link UringBatch}, {@link UringSends}), or of an {@link UringCall}, which is
 *       not left before it is over.
 * </ul>
 */
final class UringEngine extends LinuxEngine implements KernelWaits {
  static final String NAME = "io_uring";

  /** Kinds of operations for a descriptor: bits of {@link LinuxDescriptor#operations}. */
  static final int POLL_IN = 1;

  static final int POLL_OUT = 2;
  static final int RECEIVE = 4;
  static final int ACCEPT = 8;
  static final int CONNECT = 16;
  static final int SEND = 32;

  private static final int KINDS = 6;

  static final int SUBMISSIONS = 256;
  private static final int COMPLETIONS = 2048;

  /** Where a kind's number lies in the data of a submission, above the index in the key. */
  private static final int KIND_SHIFT = 28;

  private static final long KIND_MASK = 7L << KIND_SHIFT;

  /** Data of completions that are not about a descriptor: negative. */
  private static final long WAKE_UP = -1;

  private static final long IGNORED = -2;

  private static final long OF_THE_JDK = -3;

  /** How long the end of the engine waits for calls that the kernel does not cancel. */
  private static final long CALL_GRACE_NANOS = 1_000_000_000;

  private static final int READ_EVENTS =
      PollEvents.POLLIN | PollEvents.POLLPRI | PollEvents.POLLRDHUP;

  private final Thread owner = Thread.currentThread();
  final Ring ring;
  final UringBuffers buffers;
  final UringSends sends;
  final UringReads reads;
  private final UringTransfers transfers;

  /** Whether a receive goes on until it has brought enough. */
  final boolean receivesOn;

  private final boolean wakesByMessage;
  private final @Nullable WakeUpDescriptor wakeUp;

  /**
   * Watches the JDK's descriptors; null until there is one. A poll of the ring would have to be
   * asked for anew at each wait, or else it would keep the file open that the JDK closes without a
   * word to this loop.
   */
  private @Nullable EpollSet ofTheJdk;

  /**
   * Whether it has events. They are heard once a turn, and not each time that the ring is entered
   * within one.
   */
  private boolean unheard;

  private final UringCalls underWay = new UringCalls();

  /** Streams whose receive ended because the kernel had no buffer. */
  private final ArrayDeque<UringStreamSocket> starved = new ArrayDeque<>();

  UringEngine(EngineContext context) throws IOException {
    super(context);
    try {
      this.ring = Ring.open(SUBMISSIONS, COMPLETIONS);
    } catch (RingRefusedException e) {
      throw UringSupport.refused(e);
    }
    try {
      BufferRing group = ring.newBufferRing(UringBuffers.GROUP, UringBuffers.MOST);
      if (group == null) {
        throw new IOException("cannot start the engine " + NAME + ": no buffers for the kernel");
      }
      this.buffers = new UringBuffers(group, chunks);
      this.sends = new UringSends(context, chunks);
      this.reads = new UringReads(this);
      this.transfers = new UringTransfers(this, sends);
      boolean old = UringSupport.isTakenForOld();
      this.receivesOn = !old && UringSupport.limitsReceive();
      this.wakesByMessage = !old && ring.enableWake(WAKE_UP);
      this.wakeUp = wakesByMessage ? null : new WakeUpDescriptor(calls, NAME);
    } catch (IOException | RuntimeException | Error e) {
      ring.close();
      throw e;
    }
    watchWakeUp();
  }

  private void watchWakeUp() {
    if (wakeUp != null) {
      ring.prepare(RingOpcode.POLL_ADD, wakeUp.fd(), 0, RingOpcode.POLL_MULTISHOT, WAKE_UP);
      ring.operationFlags(PollEvents.POLLIN);
    }
  }

  private EpollSet ofTheJdk() throws IOException {
    EpollSet set = ofTheJdk;
    if (set == null) {
      set = new EpollSet(this);
      ofTheJdk = set;
      watchOfTheJdk(set);
    }
    return set;
  }

  private void watchOfTheJdk(EpollSet set) {
    ring.prepare(RingOpcode.POLL_ADD, set.fd(), 0, RingOpcode.POLL_MULTISHOT, OF_THE_JDK);
    ring.operationFlags(PollEvents.POLLIN);
  }

  @Override
  long ownCalls() {
    return ring.systemCalls();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  LinuxStreamSocket newStream(int fd, int state) {
    return new UringStreamSocket(this, fd, state);
  }

  @Override
  LinuxListenSocket newListener(int fd, SocketAddress address, ListenOptions options)
      throws IOException {
    return new UringListenSocket(this, fd, address, options);
  }

  @Override
  public void poll(long timeoutNanos) {
    int result = 0;
    if (timeoutNanos > 0 && !unheard) {
      result = ring.enter(timeoutNanos);
    } else if (ring.hasWork()) {
      result = ring.enter();
    }
    check(result);
    collect();
    if (unheard) {
      hearOfTheJdk(Objects.requireNonNull(ofTheJdk));
    }
  }

  /** Hands over what is prepared, has the kernel complete what it can, and hears it. */
  void enterNow() {
    check(ring.enter());
    collect();
  }

  private static void check(int result) {
    if (result >= 0) {
      return;
    }
    switch (-result) {
      // What could not be taken or waited for is tried again in the next turn.
      case Errno.ETIME, Errno.EINTR, Errno.EAGAIN, Errno.EBUSY, Errno.ENOMEM -> {}
      default -> throw new IllegalStateException("io_uring_enter: " + Errno.text(-result));
    }
  }

  private void collect() {
    while (ring.next()) {
      completed(ring.data(), ring.result(), ring.flags());
    }
    buffers.refill();
    for (int i = starved.size(); i > 0; i--) {
      // Who is told here may look at another stream, and so come here before this has ended.
      UringStreamSocket stream = starved.poll();
      if (stream == null) {
        return;
      }
      if (buffers.isEmpty()) {
        stream.receiveInVain();
      } else {
        stream.receiveAgain();
      }
    }
  }

  private void completed(long data, int result, int flags) {
    if (data < 0) {
      special(data, result, flags);
      return;
    }
    LinuxDescriptor descriptor = descriptors.find(data & ~KIND_MASK);
    int kind = 1 << (int) ((data & KIND_MASK) >>> KIND_SHIFT);
    boolean more = (flags & RingOpcode.HAS_MORE) != 0;
    if (descriptor != null && !more) {
      descriptor.operations &= ~kind;
    }
    switch (kind) {
      case RECEIVE -> received(descriptor, result, flags);
      case ACCEPT -> accepted(descriptor, result);
      case CONNECT -> {
        if (descriptor instanceof UringStreamSocket stream) {
          stream.connected(result);
        }
      }
      case SEND -> {
        sends.ended();
        if (descriptor != null) {
          descriptor.sent(result);
        }
      }
      default -> {
        if (descriptor != null && result != -Errno.ECANCELED) {
          descriptor.happened(result < 0 ? PollEvents.POLLERR : result);
        }
      }
    }
  }

  private void received(@Nullable LinuxDescriptor descriptor, int result, int flags) {
    Chunk chunk = (flags & RingOpcode.HAS_BUFFER) != 0 ? buffers.take(flags >>> 16) : null;
    if (descriptor != null) {
      ((UringStreamSocket) descriptor).received(chunk, result);
    } else if (chunk != null) {
      chunk.close();
    }
  }

  private static void accepted(@Nullable LinuxDescriptor descriptor, int result) {
    if (descriptor != null) {
      ((UringListenSocket) descriptor).accepted(result);
    } else if (result >= 0) {
      SystemCalls.close(result);
    }
  }

  private void special(long data, int result, int flags) {
    if (data == WAKE_UP) {
      if (wakeUp != null) {
        wakeUp.clear(calls);
        if ((flags & RingOpcode.HAS_MORE) == 0) {
          watchWakeUp();
        }
      }
    } else if (data == OF_THE_JDK) {
      unheard = true;
      if ((flags & RingOpcode.HAS_MORE) == 0) {
        watchOfTheJdk(Objects.requireNonNull(ofTheJdk));
      }
    } else if (data != IGNORED) {
      UringCall call = underWay.remove(data);
      if (call != null) {
        call.completed(result);
      }
    }
  }

  /** There may be events: the ring says so once for all that have come since it said so last. */
  private void hearOfTheJdk(EpollSet set) {
    unheard = false;
    boolean more;
    do {
      more = set.poll();
    } while (more);
  }

  @Override
  public void wakeUp() {
    if (wakesByMessage) {
      ring.wake();
    } else {
      Objects.requireNonNull(wakeUp).signal();
    }
  }

  /** What a submission for a descriptor is called. */
  private static long dataOf(LinuxDescriptor descriptor, int kind) {
    return DescriptorTable.keyOf(descriptor)
        | (long) Integer.numberOfTrailingZeros(kind) << KIND_SHIFT;
  }

  /** Begins an operation for a descriptor, which must not have one of the same kind. */
  void prepare(LinuxDescriptor descriptor, int kind, int opcode, long address, int length) {
    ring.prepare(opcode, descriptor.fd, address, length, dataOf(descriptor, kind));
    descriptor.operations |= kind;
  }

  /** Asks the kernel to end an operation; its last completion says when it has. */
  void cancel(LinuxDescriptor descriptor, int kind) {
    ring.prepareCancel(dataOf(descriptor, kind), IGNORED);
  }

  /** Receives again as soon as there are buffers. */
  void starve(UringStreamSocket stream) {
    if (starved.isEmpty()) {
      buffers.ranOut();
    }
    starved.add(stream);
  }

  @Override
  int watch(LinuxDescriptor descriptor) {
    if (!isKept(descriptor)) {
      return 0;
    }
    try {
      return ofTheJdk().add(descriptor);
    } catch (IOException e) {
      // There is no descriptor left; the JDK's own pollers may still have theirs.
      return -Errno.EMFILE;
    }
  }

  private static boolean isKept(LinuxDescriptor descriptor) {
    return descriptor instanceof JdkDescriptor jdk && jdk.isKept();
  }

  @Override
  int send(JdkDescriptor socket, MemorySegment source, int length) {
    UringSend sending = sendingOf(socket);
    if (sending.isUnderWay()) {
      sending.finish();
    } else if (sends.puts(length)) {
      return sending.send(sends.put(source, 0, length), length);
    }
    return super.send(socket, source, length);
  }

  @Override
  int sendPieces(JdkDescriptor socket, long vector, int count) {
    MemorySegment pieces = NativeMemory.at(vector, (long) count * UringSends.PIECE);
    int length = UringSends.lengthOf(pieces, count);
    UringSend sending = sendingOf(socket);
    if (sending.isUnderWay()) {
      sending.finish();
    } else if (sends.puts(length)) {
      return sending.send(sends.putPieces(pieces, count, length), length);
    }
    return JdkDescriptors.NOT_TAKEN;
  }

  @Override
  int receive(int fd, long address, int length) {
    return transfers.takesRead()
        ? transfers.receive(fd, address, length)
        : super.receive(fd, address, length);
  }

  @Override
  int send(int fd, long address, int length) {
    return sends.puts(length)
        ? transfers.send(fd, NativeMemory.at(address, length), length)
        : super.send(fd, address, length);
  }

  @Override
  int sendPieces(int fd, long vector, int count) {
    MemorySegment pieces = NativeMemory.at(vector, (long) count * UringSends.PIECE);
    int length = UringSends.lengthOf(pieces, count);
    return sends.puts(length)
        ? transfers.sendPieces(fd, pieces, count, length)
        : super.sendPieces(fd, vector, count);
  }

  @Override
  void finishTransfers() {
    transfers.finish();
  }

  @Override
  void selected(int count) {
    transfers.selected(count);
  }

  @Override
  boolean settle() {
    return transfers.settle();
  }

  private UringSend sendingOf(JdkDescriptor socket) {
    UringSend known = socket.sending;
    if (known == null) {
      known = new UringSend(this, socket);
      socket.sending = known;
    }
    return known;
  }

  @Override
  void finishSend(JdkDescriptor socket) {
    UringSend sending = socket.sending;
    if (sending != null) {
      sending.finish();
    }
  }

  @Override
  boolean keepsWatching() {
    return true;
  }

  /** While nobody waits for it, to hear of it would cost more than a poll of the ring each time. */
  @Override
  boolean keepsSelectors() {
    return false;
  }

  @Override
  void arm(LinuxDescriptor descriptor, int readiness) {
    boolean read = readiness == Readiness.READABLE;
    int kind = read ? POLL_IN : POLL_OUT;
    if ((descriptor.operations & kind) == 0) {
      // A single poll tells in any case that the peer has finished sending, at once and each time
      // anew, and so never that there is room. One that goes on tells what changes.
      int mode = read ? 0 : RingOpcode.POLL_MULTISHOT;
      prepare(descriptor, kind, RingOpcode.POLL_ADD, 0, mode);
      ring.operationFlags(read ? READ_EVENTS : PollEvents.POLLOUT);
    }
  }

  @Override
  void unwatch(LinuxDescriptor descriptor) {
    if (isKept(descriptor)) {
      Objects.requireNonNull(ofTheJdk).remove(descriptor);
    }
    if (descriptor.operations == 0) {
      return;
    }
    for (int i = 0; i < KINDS; i++) {
      if ((descriptor.operations & ~SEND & 1 << i) != 0) {
        cancel(descriptor, 1 << i);
      }
    }
    do {
      enterNow();
      // What was given to be sent is sent; its sender waits to hear of it.
    } while ((descriptor.operations & SEND) != 0);
  }

  /** Begins a call; the caller completes the submission and then waits for the call. */
  UringCall prepareCall(int opcode, int descriptor, long address, int length) {
    UringCall call = new UringCall(this);
    prepareCall(call, opcode, descriptor, address, length);
    return call;
  }

  /** As the other one, with a call that is not under way. */
  void prepareCall(UringCall call, int opcode, int descriptor, long address, int length) {
    underWay.add(call);
    ring.prepare(opcode, descriptor, address, length, UringCalls.keyOf(call));
  }

  /** Whether the caller is on the thread that drives the ring. */
  boolean isOnLoop() {
    return JdkInternals.currentCarrier() == owner;
  }

  /** Closes a descriptor whose close may block, without waiting for it. */
  void closeLater(int fd) {
    ring.prepare(RingOpcode.CLOSE, fd, 0, 0, IGNORED);
  }

  @Override
  LinuxFiles newFiles() {
    return new UringFiles(this);
  }

  @Override
  public boolean waitsForFutexes() {
    return ring.supports(RingOpcode.FUTEX_WAIT);
  }

  @Override
  public boolean waitsForProcesses() {
    return ring.supports(RingOpcode.WAITID);
  }

  @Override
  public boolean awaitFutex(MemorySegment word, int expected, boolean shared) throws IOException {
    return UringWaits.awaitFutex(this, word, expected, shared);
  }

  @Override
  public int wakeFutex(MemorySegment word, int count, boolean shared) throws IOException {
    return UringWaits.wakeFutex(this, word, count, shared);
  }

  @Override
  public int awaitExit(int pid, boolean reap) throws IOException {
    return UringWaits.awaitExit(this, pid, reap);
  }

  /** Asks the kernel to end a call. */
  void cancel(UringCall call) {
    ring.prepareCancel(UringCalls.keyOf(call), IGNORED);
  }

  /** No greenlet is left; what the kernel still does may use memory that is about to be freed. */
  private void endCalls() {
    underWay.cancelAll(this);
    enterNow();
    long deadline = context.clock().nanoTime() + CALL_GRACE_NANOS;
    while (underWay.size() > 0 && context.clock().nanoTime() - deadline < 0) {
      poll(CALL_GRACE_NANOS);
    }
  }

  @Override
  public void close() {
    super.close();
    endCalls();
    if (wakeUp != null) {
      wakeUp.close();
    }
    ring.close();
    if (ofTheJdk != null) {
      ofTheJdk.close();
    }
  }
}
