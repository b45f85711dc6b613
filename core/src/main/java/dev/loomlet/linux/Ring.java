package dev.loomlet.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An io_uring, driven without a library (io_uring(7)).
 *
 * <p>Two queues lie in memory that is shared with the kernel. We write submissions and move the
 * tail of the one; the kernel writes completions and moves the tail of the other. Who moves a tail
 * releases it, who reads it acquires it; a head says what may be overwritten and is treated alike.
 * The kernel does the work of completing only inside of {@link #enter} (IORING_SETUP_DEFER_TASKRUN)
 * as long as {@link #isDeferred}: so between two calls of it no completion appears and no buffer
 * changes, but for those of operations that a worker of the kernel does (files).
 *
 * <p>A submission is written field by field: {@link #prepare} begins one and sets all other fields
 * to 0; the setters that follow are about it. Nothing on the way allocates.
 *
 * <p>Belongs to the thread that opened it; only {@link #wake} may be called elsewhere. Completions
 * that find the queue full are kept by the kernel and come with a later {@link #enter}.
 */
public final class Ring implements AutoCloseable {
  /**
   * System property for tests: {@link #open} fails with the error it names, such as {@code EPERM},
   * {@code ENOSYS} or {@code ENOMEM}.
   */
  public static final String FAIL_PROPERTY = "loomlet.uring.fail";

  static final Cleaner CLEANER = Cleaner.create();

  private static final int SETUP_CQSIZE = 1 << 3;
  private static final int SETUP_CLAMP = 1 << 4;
  private static final int SETUP_SUBMIT_ALL = 1 << 7;
  private static final int SETUP_COOP_TASKRUN = 1 << 8;
  private static final int SETUP_TASKRUN_FLAG = 1 << 9;
  private static final int SETUP_SINGLE_ISSUER = 1 << 12;
  private static final int SETUP_DEFER_TASKRUN = 1 << 13;
  private static final int SETUP_NO_SQARRAY = 1 << 16;

  /** Sets of flags, best first: kernel 6.6, 6.1, 6.0, 5.19, and any. */
  private static final int[] FLAGS = {
    SETUP_SUBMIT_ALL
        | SETUP_TASKRUN_FLAG
        | SETUP_SINGLE_ISSUER
        | SETUP_DEFER_TASKRUN
        | SETUP_NO_SQARRAY,
    SETUP_SUBMIT_ALL | SETUP_TASKRUN_FLAG | SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN,
    SETUP_SUBMIT_ALL | SETUP_TASKRUN_FLAG | SETUP_SINGLE_ISSUER | SETUP_COOP_TASKRUN,
    SETUP_SUBMIT_ALL | SETUP_TASKRUN_FLAG | SETUP_COOP_TASKRUN,
    0
  };

  private static final int FEATURE_SINGLE_MMAP = 1;
  private static final int FEATURE_NODROP = 1 << 1;
  private static final int FEATURE_EXT_ARG = 1 << 8;
  private static final int FEATURE_NO_IOWAIT = 1 << 17;
  private static final int FEATURES_NEEDED = FEATURE_SINGLE_MMAP | FEATURE_NODROP | FEATURE_EXT_ARG;

  private static final int ENTER_GETEVENTS = 1;
  private static final int ENTER_EXT_ARG = 1 << 3;
  private static final int ENTER_REGISTERED_RING = 1 << 4;
  private static final int ENTER_NO_IOWAIT = 1 << 7;

  static final int REGISTER_PROBE = 8;
  private static final int REGISTER_RING_FDS = 20;
  static final int REGISTER_PBUF_RING = 22;
  private static final int UNREGISTER_RING_FDS = 21;
  private static final int REGISTER_SEND_MSG_RING = 31;

  private static final int SQ_CQ_OVERFLOW = 1 << 1;
  private static final int SQ_TASKRUN = 1 << 2;

  private static final long OFFSET_SQES = 0x10000000L;
  private static final int SQE_SIZE = 64;
  private static final int CQE_SIZE = 16;
  private static final int PROBED = 128;
  private static final int CLOSED_TO_WAKERS = Integer.MIN_VALUE / 2;

  private final RingCalls calls;
  private final int fd;
  private final Cleaner.Cleanable cleanable;
  private final int setupFlags;
  private final int features;
  private final BitSet opcodes;

  /** What enter takes for the ring, and the flags that go with it. */
  private final int enterFd;

  private final int enterFlags;

  private final long sqHead;
  private final long sqTail;
  private final long sqFlags;
  private final int sqEntries;
  private final long sqes;
  private final long cqHead;
  private final long cqTail;
  private final int cqMask;
  private final long cqes;

  /** The extended argument of enter, and the time to which it refers. */
  private final MemorySegment waitArgument = Arena.ofAuto().allocate(40, 8);

  /** The message that {@link #wake} sends; written once, so that all threads may use it. */
  private final MemorySegment wakeMessage = Arena.ofAuto().allocate(SQE_SIZE, 8);

  /**
   * Threads that are in {@link #wake}; far below zero once this is closed. Without it a late
   * message could get to another ring, which was given the number of this one.
   */
  private final AtomicInteger wakers = new AtomicInteger();

  private boolean open = true;

  /** Where the next submission goes; published to the kernel by enter. */
  private int tail;

  /** The submission that is being written. */
  private long sqe;

  /** The next completion to look at. */
  private int head;

  private long data;
  private int result;
  private int flags;

  /** What the kernel gave and takes back, also when a thread dies without closing its ring. */
  private record Resources(int fd, long rings, long ringsSize, long sqes, long sqesSize)
      implements Runnable {
    @Override
    public void run() {
      SystemCalls.close(fd);
      RingCalls.unmap(rings, ringsSize);
      RingCalls.unmap(sqes, sqesSize);
    }
  }

  /**
   * Opens a ring.
   *
   * @param submissions how many can be prepared between two calls of {@link #enter}; a power of two
   * @param completions how many the queue holds; a power of two, at least as many
   * @throws RingRefusedException if the kernel does not give us one
   */
  public static Ring open(int submissions, int completions) throws RingRefusedException {
    int simulated = simulatedFailure();
    if (simulated != 0) {
      throw new RingRefusedException("io_uring_setup", simulated);
    }
    try (Arena arena = Arena.ofConfined()) {
      return new Ring(submissions, completions, arena.allocate(120, 8));
    }
  }

  private static int simulatedFailure() {
    return switch (System.getProperty(FAIL_PROPERTY, "")) {
      case "" -> 0;
      case "EPERM" -> Errno.EPERM;
      case "ENOSYS" -> Errno.ENOSYS;
      case "ENOMEM" -> Errno.ENOMEM;
      case "EMFILE" -> Errno.EMFILE;
      default -> Errno.EINVAL;
    };
  }

  private Ring(int submissions, int completions, MemorySegment parameters)
      throws RingRefusedException {
    calls = new RingCalls();
    long p = parameters.address();
    int created = -Errno.EINVAL;
    int chosen = 0;
    for (int i = 0; i < FLAGS.length && created == -Errno.EINVAL; i++) {
      chosen = FLAGS[i];
      parameters.fill((byte) 0);
      NativeMemory.putInt(p + 4, completions);
      NativeMemory.putInt(p + 8, chosen | SETUP_CQSIZE | SETUP_CLAMP);
      created = calls.setup(submissions, p);
    }
    if (created < 0) {
      throw new RingRefusedException("io_uring_setup", -created);
    }
    fd = created;
    setupFlags = chosen;
    features = NativeMemory.getInt(p + 20);
    if ((features & FEATURES_NEEDED) != FEATURES_NEEDED) {
      SystemCalls.close(fd);
      throw new RingRefusedException("io_uring features of kernel 5.11", Errno.ENOSYS);
    }
    sqEntries = NativeMemory.getInt(p);
    int cqEntries = NativeMemory.getInt(p + 4);
    long sq = p + 40;
    long cq = p + 80;
    long array = Integer.toUnsignedLong(NativeMemory.getInt(sq + 24));
    long ringsSize =
        Math.max(array + 4L * sqEntries, offset(cq + 20) + (long) cqEntries * CQE_SIZE);
    long sqesSize = (long) sqEntries * SQE_SIZE;
    long rings = calls.mapShared(fd, 0, ringsSize);
    if (rings < 0) {
      SystemCalls.close(fd);
      throw new RingRefusedException("mmap of the rings", (int) -rings);
    }
    long mapped = calls.mapShared(fd, OFFSET_SQES, sqesSize);
    if (mapped < 0) {
      SystemCalls.close(fd);
      RingCalls.unmap(rings, ringsSize);
      throw new RingRefusedException("mmap of the submissions", (int) -mapped);
    }
    sqes = mapped;
    cleanable = CLEANER.register(this, new Resources(fd, rings, ringsSize, mapped, sqesSize));
    sqHead = rings + offset(sq);
    sqTail = rings + offset(sq + 4);
    sqFlags = rings + offset(sq + 16);
    cqHead = rings + offset(cq);
    cqTail = rings + offset(cq + 4);
    cqMask = NativeMemory.getInt(rings + offset(cq + 8));
    cqes = rings + offset(cq + 20);
    tail = NativeMemory.getInt(sqTail);
    head = NativeMemory.getInt(cqHead);
    if ((chosen & SETUP_NO_SQARRAY) == 0) {
      for (int i = 0; i < sqEntries; i++) {
        NativeMemory.putInt(rings + array + 4L * i, i);
      }
    }
    opcodes = probe();
    int registered = registerRing();
    enterFd = registered >= 0 ? registered : fd;
    enterFlags =
        ((features & FEATURE_NO_IOWAIT) != 0 ? ENTER_NO_IOWAIT : 0)
            | (registered >= 0 ? ENTER_REGISTERED_RING : 0);
    waitArgument.set(JAVA_LONG, 16, waitArgument.address() + 24);
  }

  private static long offset(long field) {
    return Integer.toUnsignedLong(NativeMemory.getInt(field));
  }

  private BitSet probe() {
    BitSet supported = new BitSet(PROBED);
    try (Arena arena = Arena.ofConfined()) {
      long probe = arena.allocate(16 + 8L * PROBED, 8).address();
      if (calls.register(fd, REGISTER_PROBE, probe, PROBED) >= 0) {
        for (int i = 0; i < PROBED; i++) {
          // The low byte is the opcode, the upper half its flags; the first says "supported".
          int entry = NativeMemory.getInt(probe + 16 + 8L * i);
          supported.set(i, (entry >>> 16 & 1) != 0);
        }
      }
    }
    return supported;
  }

  /** Lets enter find the ring without the process's table of files. */
  private int registerRing() {
    try (Arena arena = Arena.ofConfined()) {
      long update = arena.allocate(16, 8).address();
      NativeMemory.putInt(update, -1);
      NativeMemory.putLong(update + 8, fd);
      int registered = calls.register(fd, REGISTER_RING_FDS, update, 1);
      return registered == 1 ? NativeMemory.getInt(update) : -1;
    }
  }

  /** The thread's registration would keep the ring alive. */
  private void unregisterRing() {
    try (Arena arena = Arena.ofConfined()) {
      long update = arena.allocate(16, 8).address();
      NativeMemory.putInt(update, enterFd);
      calls.register(fd, UNREGISTER_RING_FDS, update, 1);
    }
  }

  /** How many system calls it has made so far. An estimate on other threads. */
  public long systemCalls() {
    return calls.made();
  }

  /** Whether the kernel knows an operation of {@link RingOpcode}. */
  public boolean supports(int opcode) {
    return opcodes.get(opcode);
  }

  /** Whether completions come only by {@link #enter}; see the class. */
  public boolean isDeferred() {
    return (setupFlags & SETUP_DEFER_TASKRUN) != 0;
  }

  /**
   * Registers a ring of buffers from which operations with {@link RingOpcode#BUFFER_SELECT} take.
   *
   * @param group its number, not registered before
   * @param entries a power of two, at most 32,768
   * @return null if the kernel has no such thing (it came with 5.19) or no memory
   */
  public @Nullable BufferRing newBufferRing(int group, int entries) {
    requireOpen();
    return BufferRing.register(calls, fd, group, entries);
  }

  private void requireOpen() {
    if (!open) {
      throw new IllegalStateException("the ring is closed");
    }
  }

  /**
   * Begins the next submission. If the queue is full, the kernel is made to take what is in it.
   *
   * @param opcode of {@link RingOpcode}
   * @param data comes back with each of its completions
   * @throws IllegalStateException if it is closed, or the kernel has no memory to take anything
   */
  public void prepare(int opcode, int descriptor, long address, int length, long data) {
    requireOpen();
    if (tail - NativeMemory.getIntAcquire(sqHead) == sqEntries) {
      int entered = submit();
      if (tail - NativeMemory.getIntAcquire(sqHead) == sqEntries) {
        throw new IllegalStateException(
            "io_uring takes no more submissions: " + Errno.text(Math.max(0, -entered)));
      }
    }
    long next = sqes + (long) (tail++ & sqEntries - 1) * SQE_SIZE;
    sqe = next;
    NativeMemory.putInt(next, opcode);
    NativeMemory.putInt(next + 4, descriptor);
    NativeMemory.putLong(next + 8, 0);
    NativeMemory.putLong(next + 16, address);
    NativeMemory.putInt(next + 24, length);
    NativeMemory.putInt(next + 28, 0);
    NativeMemory.putLong(next + 32, data);
    NativeMemory.putLong(next + 40, 0);
    NativeMemory.putLong(next + 48, 0);
    NativeMemory.putLong(next + 56, 0);
  }

  /** Flags and priority field, both of {@link RingOpcode}; 0 at first. */
  public void modify(int submissionFlags, int priority) {
    int opcode = NativeMemory.getInt(sqe) & 0xff;
    NativeMemory.putInt(sqe, opcode | submissionFlags << 8 | priority << 16);
  }

  /** Offset in a file, or the operation's second address; 0 at first. */
  public void offset(long offset, int operationFlags) {
    NativeMemory.putLong(sqe + 8, offset);
    NativeMemory.putInt(sqe + 28, operationFlags);
  }

  /** Flags of the operation; 0 at first. */
  public void operationFlags(int operationFlags) {
    NativeMemory.putInt(sqe + 28, operationFlags);
  }

  /** The group of buffers to take from, and the field in which some operations have a limit. */
  public void buffers(int group, int limit) {
    NativeMemory.putInt(sqe + 40, group & 0xffff);
    NativeMemory.putInt(sqe + 44, limit);
  }

  /** The operation's third address. */
  public void address3(long address) {
    NativeMemory.putLong(sqe + 48, address);
  }

  /** Prepares to cancel the operation with that data; without a completion if it succeeds. */
  public void prepareCancel(long target, long data) {
    prepare(RingOpcode.ASYNC_CANCEL, -1, target, 0, data);
    modify(RingOpcode.SKIP_SUCCESS, 0);
  }

  /** How many submissions are prepared and not yet taken by the kernel. */
  public int pending() {
    return tail - NativeMemory.getIntAcquire(sqHead);
  }

  /**
   * Whether {@link #enter} has something to do: submissions, work that was put off, or completions
   * that found the queue full.
   */
  public boolean hasWork() {
    return pending() > 0
        || (NativeMemory.getIntOpaque(sqFlags) & (SQ_CQ_OVERFLOW | SQ_TASKRUN)) != 0;
  }

  /** Hands over what was prepared, and collects nothing. Does not wait. */
  public int submit() {
    int count = pending();
    NativeMemory.putIntRelease(sqTail, tail);
    return calls.enter(enterFd, count, 0, enterFlags & ENTER_REGISTERED_RING, 0, 0);
  }

  /** Hands over what was prepared and has the kernel complete what it can. Does not wait. */
  public int enter() {
    int count = pending();
    NativeMemory.putIntRelease(sqTail, tail);
    return calls.enter(
        enterFd, count, 0, (enterFlags & ENTER_REGISTERED_RING) | ENTER_GETEVENTS, 0, 0);
  }

  /**
   * Hands over what was prepared and waits for a completion, if there is none.
   *
   * @param timeoutNanos how long at most, more than 0; {@link Long#MAX_VALUE} for ever
   * @return how many submissions were taken, or a negative error, among them ETIME and EINTR
   */
  public int enter(long timeoutNanos) {
    requireOpen();
    int count = pending();
    NativeMemory.putIntRelease(sqTail, tail);
    if (timeoutNanos == Long.MAX_VALUE) {
      return calls.enter(enterFd, count, 1, enterFlags | ENTER_GETEVENTS, 0, 0);
    }
    long argument = waitArgument.address();
    NativeMemory.putLong(argument + 24, timeoutNanos / 1_000_000_000);
    NativeMemory.putLong(argument + 32, timeoutNanos % 1_000_000_000);
    return calls.enter(
        enterFd, count, 1, enterFlags | ENTER_GETEVENTS | ENTER_EXT_ARG, argument, 24);
  }

  /**
   * Takes the next completion, which {@link #data}, {@link #result} and {@link #flags} then tell.
   *
   * @return false if there is none
   */
  public boolean next() {
    int at = head;
    if (!open || at == NativeMemory.getIntAcquire(cqTail)) {
      return false;
    }
    long cqe = cqes + (long) (at & cqMask) * CQE_SIZE;
    data = NativeMemory.getLong(cqe);
    result = NativeMemory.getInt(cqe + 8);
    flags = NativeMemory.getInt(cqe + 12);
    head = at + 1;
    NativeMemory.putIntRelease(cqHead, at + 1);
    return true;
  }

  /** Whether {@link #next} would find something. */
  public boolean hasNext() {
    return open && head != NativeMemory.getIntAcquire(cqTail);
  }

  /** Of the completion taken last: what was given to {@link #prepare}. */
  public long data() {
    return data;
  }

  /** Of the completion taken last: 0 or more, or a negative error. */
  public int result() {
    return result;
  }

  /** Of the completion taken last: flags of {@link RingOpcode}. */
  public int flags() {
    return flags;
  }

  /** Of the completion taken last, if it has {@link RingOpcode#HAS_BUFFER}: which buffer. */
  public int buffer() {
    return flags >>> 16;
  }

  /**
   * Says with which data {@link #wake} completes, before it is used.
   *
   * @return false if the kernel cannot send a message without a ring (it came with 6.13)
   */
  public boolean enableWake(long wakeData) {
    long message = wakeMessage.address();
    NativeMemory.putInt(message, RingOpcode.MSG_RING);
    NativeMemory.putInt(message + 4, fd);
    NativeMemory.putLong(message + 8, wakeData);
    return wake();
  }

  /**
   * Sends this ring a completion. Any thread, also after {@link #close}; does not block.
   *
   * @return false if the kernel did not take it
   */
  public boolean wake() {
    boolean sent = false;
    if (wakers.incrementAndGet() > 0) {
      sent = RingCalls.registerQuickly(-1, REGISTER_SEND_MSG_RING, wakeMessage.address(), 1);
    }
    wakers.decrementAndGet();
    return sent;
  }

  /** The ring's descriptor, to which messages of other rings may be sent. */
  public int descriptor() {
    return fd;
  }

  /**
   * Frees the ring; does nothing when repeated. On its own thread, or when that has ended. The
   * kernel cancels what is in flight, and may take its time for it: memory and descriptors of such
   * operations must outlive that.
   */
  @Override
  public void close() {
    if (open) {
      open = false;
      wakers.addAndGet(CLOSED_TO_WAKERS);
      while (wakers.get() > CLOSED_TO_WAKERS) {
        Thread.onSpinWait();
      }
      if ((enterFlags & ENTER_REGISTERED_RING) != 0) {
        unregisterRing();
      }
      cleanable.clean();
    }
  }
}
