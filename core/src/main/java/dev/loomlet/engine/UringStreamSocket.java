package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.RingOpcode;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A connection that the kernel receives for.
 *
 * <p>A receive is begun when somebody waits and goes on by itself. What it brings lies here until
 * it is read: nothing is lost if the one who waited has given up. It ends by itself before it has
 * brought more than a chunk holds, and is begun again only when all has been read, so that a
 * connection that nobody reads holds no more than that. Reading is what {@link Readiness#READABLE}
 * stands for, as for other descriptors: there are bytes, the end, or an error.
 *
 * <p>When a receive has brought so much that it ended, bytes come in masses. A reader who takes
 * chunks then asks for one chunk at a time, filled as far as there is something, which is one
 * system call for each. A reader with memory of his own fetches the bytes himself, after a poll:
 * they then go there without a detour, and as many at a time as he has room for.
 *
 * <p>Unix sockets are the exception: with their bytes may come descriptors, which a receive that
 * nobody asked for would lose. They are waited for and read like other descriptors.
 *
 * <p>A write is tried at once if its greenlet has the loop for itself. If others are ready to run,
 * who will probably write as well, little writes are done together at the end of the turn, by one
 * system call ({@link UringSends}). Only if the peer is slow does a write wait longer.
 */
final class UringStreamSocket extends LinuxStreamSocket {
  /** A receive ends when it has brought so much in all, and brings no more than that at a time. */
  static final int ENOUGH = Chunk.CAPACITY / 4;

  static final int MOST_AT_ONCE = Chunk.CAPACITY - ENOUGH;

  private static final int OPEN_END = 1;

  /** Small arrivals for which nobody waits are kept in as much memory as they need. */
  private static final int SMALL = 4 * 1024;

  /** From this size on, reading into the caller's memory without a detour pays. */
  private static final int LARGE = 16 * 1024;

  private static final byte[] NOTHING = {};

  private final UringEngine uring;
  private final UringSend sending;

  /** What has arrived and was not read: in a chunk, or else in an array. */
  private @Nullable Chunk unread;

  private byte[] saved = NOTHING;
  private int savedStart;

  /** 0 at the end of the stream, or a negative error, after what is unread; else positive. */
  private int end = OPEN_END;

  /** Whether somebody is about to read. */
  private boolean wanted;

  /** Whether bytes come in masses, so that they are received as many at a time as possible. */
  private boolean inMasses;

  /** Whether the reader takes chunks, and has no memory of his own to be filled. */
  private boolean takesChunks;

  private int connectResult;

  /** The socket's family; negative as long as it was not asked for. */
  private int family = -1;

  UringStreamSocket(UringEngine engine, int fd, int state) {
    super(engine, fd, state & ~READABLE);
    this.uring = engine;
    this.sending = new UringSend(engine, this);
  }

  @Override
  int establish(SocketAddress address, long timeoutNanos) throws IOException {
    family = SystemCalls.familyOf(address);
    if (!isReceivedFor()) {
      return super.establish(address, timeoutNanos);
    }
    int length = calls.encode(address);
    uring.prepare(this, UringEngine.CONNECT, RingOpcode.CONNECT, calls.encodedAddress(), 0);
    uring.ring.offset(length, 0);
    // The address is good until the next call only, so the kernel must have read it by then.
    do {
      uring.enterNow();
    } while (uring.ring.pending() > 0);
    if ((operations & UringEngine.CONNECT) != 0) {
      state = 0;
      awaitWritable(deadline(timeoutNanos), timeoutNanos, "connect");
    }
    return connectResult;
  }

  void connected(int result) {
    connectResult = result;
    ready(WRITABLE);
  }

  /** Whether the kernel receives without being asked each time. */
  private boolean isReceivedFor() {
    int known = family;
    if (known < 0) {
      LinuxOption domain = LinuxOption.DOMAIN;
      known = calls.getOption(fd, domain.level(), domain.number()) < 0 ? 0 : calls.optionValue(0);
      family = known;
    }
    return known != SystemCalls.AF_UNIX;
  }

  @Override
  void arm(int readiness) {
    if (readiness == READABLE && isReceivedFor()) {
      wanted = true;
      if (!inMasses || (operations & UringEngine.RECEIVE) != 0) {
        startReceive();
      } else if (takesChunks) {
        receiveOnce();
      } else {
        super.arm(readiness);
      }
    } else if ((operations & UringEngine.CONNECT) == 0) {
      super.arm(readiness);
    }
  }

  private void startReceive() {
    if ((operations & UringEngine.RECEIVE) != 0) {
      return;
    }
    uring.buffers.start();
    if (uring.receivesOn) {
      uring.prepare(this, UringEngine.RECEIVE, RingOpcode.RECV, 0, MOST_AT_ONCE);
      uring.ring.modify(RingOpcode.BUFFER_SELECT, RingOpcode.RECV_MULTISHOT);
      uring.ring.buffers(UringBuffers.GROUP, ENOUGH);
    } else {
      receiveOnce();
    }
  }

  /** Has the kernel receive what there is, or comes next, up to a whole chunk. */
  private void receiveOnce() {
    uring.buffers.start();
    uring.prepare(this, UringEngine.RECEIVE, RingOpcode.RECV, 0, Chunk.CAPACITY);
    uring.ring.modify(RingOpcode.BUFFER_SELECT, 0);
    uring.ring.buffers(UringBuffers.GROUP, 0);
  }

  /** After an end that says nothing about the stream. */
  void receiveAgain() {
    if (isOpen() && wanted && (state & READABLE) == 0) {
      startReceive();
    }
  }

  /** There is no memory for a buffer. */
  void receiveInVain() {
    if (isOpen()) {
      end = -Errno.ENOBUFS;
      ready(READABLE);
    }
  }

  /**
   * The kernel has received.
   *
   * @param chunk with the bytes, if there are any; this takes it over
   * @param result how many bytes, 0 for the end, or a negative error
   */
  void received(@Nullable Chunk chunk, int result) {
    if (result > 0 && chunk != null) {
      if (isOpen()) {
        keep(chunk, result);
        ready(READABLE);
      } else {
        chunk.close();
      }
      return;
    }
    if (chunk != null) {
      chunk.close();
    }
    if (!isOpen()) {
      return;
    }
    switch (-result) {
      case Errno.ENOBUFS -> uring.starve(this);
      case Errno.ECANCELED, Errno.EINTR, Errno.EAGAIN -> receiveAgain();
      default -> {
        end = result;
        ready(READABLE);
      }
    }
  }

  private void keep(Chunk chunk, int length) {
    Chunk before = unread;
    if (before != null) {
      // There is room: it was not ENOUGH yet, or the receive would have ended, and here comes no
      // more than MOST_AT_ONCE.
      ByteBuffer buffer = before.rawBuffer();
      int used = buffer.limit();
      buffer.limit(used + length);
      buffer.put(used, chunk.rawBuffer(), 0, length);
      chunk.close();
      inMasses = buffer.limit() >= ENOUGH;
      return;
    }
    inMasses = length >= ENOUGH;
    int kept = saved.length - savedStart;
    if (wanted && kept == 0) {
      chunk.rawBuffer().limit(length);
      unread = chunk;
    } else if (kept + length <= SMALL) {
      byte[] all = Arrays.copyOfRange(saved, savedStart, saved.length + length);
      chunk.rawBuffer().get(0, all, kept, length);
      chunk.close();
      saved = all;
      savedStart = 0;
    } else {
      // What came first goes first.
      MemorySegment.copy(chunk.segment(), 0, chunk.segment(), kept, length);
      chunk.rawBuffer().put(0, saved, savedStart, kept).limit(kept + length);
      saved = NOTHING;
      savedStart = 0;
      unread = chunk;
    }
  }

  @Override
  void askKernel() {
    if (!isReceivedFor()) {
      super.askKernel();
      return;
    }
    if (hasUnread() || end != OPEN_END) {
      state |= READABLE;
      return;
    }
    boolean before = wanted;
    startReceive();
    uring.enterNow();
    wanted = before;
  }

  /** Bytes that have arrived and were not read. */
  int unreadLength() {
    Chunk chunk = unread;
    return (chunk == null ? 0 : chunk.rawBuffer().remaining()) + saved.length - savedStart;
  }

  private boolean hasUnread() {
    return unread != null || saved.length > savedStart;
  }

  @Override
  public @Nullable Chunk receive(long timeoutNanos) throws IOException {
    if (!isReceivedFor()) {
      return super.receive(timeoutNanos);
    }
    beginRead();
    long deadline = 0;
    while (true) {
      Chunk chunk = unread;
      if (chunk != null) {
        unread = null;
        drained();
        return chunk;
      }
      if (saved.length > savedStart) {
        return receiveSaved();
      }
      if (end != OPEN_END) {
        takeEnd();
        return null;
      }
      if (fetches()) {
        chunk = uring.chunks.take();
        int n = calls.receive(fd, chunk.address(), Chunk.CAPACITY);
        fetched(n, Chunk.CAPACITY);
        if (n > 0) {
          chunk.rawBuffer().limit(n);
          return chunk;
        }
        chunk.close();
        continue;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      takesChunks = true;
      state &= ~READABLE;
      awaitReadable(deadline, timeoutNanos, "read");
    }
  }

  /**
   * Whether the reader calls recv(2) himself now: he has been told that there are masses. Not while
   * the kernel receives, which would change the order of the bytes.
   */
  private boolean fetches() {
    return inMasses && (state & READABLE) != 0 && (operations & UringEngine.RECEIVE) == 0;
  }

  /** Draws the conclusion from what recv(2) returned to a reader. */
  private void fetched(int n, int length) {
    if (n > 0) {
      inMasses = n > SMALL;
      if (n < length && (state & ENDING) == 0) {
        // It was all there was.
        state &= ~READABLE;
      }
    } else if (n == -Errno.EAGAIN) {
      state &= ~READABLE;
    } else if (n != -Errno.EINTR) {
      end = n;
      state |= READABLE;
    }
  }

  @Override
  int send(MemorySegment source, long offset, int length) throws IOException {
    if (!isReceivedFor() || !uring.sends.puts(length)) {
      return super.send(source, offset, length);
    }
    return sendTogether(uring.sends.put(source, offset, length), length);
  }

  @Override
  int send(Chunk chunk, int position, int length) throws IOException {
    if (!isReceivedFor() || !uring.sends.puts(length)) {
      return super.send(chunk, position, length);
    }
    return sendTogether(uring.sends.put(chunk.segment(), position, length), length);
  }

  @Override
  int send(GatheredBytes bytes, GatheredBytes.Copies copies) throws IOException {
    int length = bytes.lengthUpTo(UringSends.MOST);
    if (!isReceivedFor() || !uring.sends.puts(length)) {
      return super.send(bytes, copies);
    }
    return sendTogether(uring.sends.put(bytes, length), length);
  }

  private int sendTogether(long address, int length) throws IOException {
    waits();
    int result = sending.send(address, length);
    if (result < length && !isOpen()) {
      throw closedWhileWaiting();
    }
    if (result < 0 && result != -Errno.EAGAIN && result != -Errno.EINTR) {
      throw SocketFailure.operation("write to", describe(), -result);
    }
    return Math.max(0, result);
  }

  @Override
  void sent(int result) {
    sending.ended(result);
  }

  @Override
  @Nullable Thread finishSend() {
    return sending.finish();
  }

  private Chunk receiveSaved() {
    Chunk chunk = uring.chunks.take();
    int length = saved.length - savedStart;
    chunk.rawBuffer().put(0, saved, savedStart, length).limit(length);
    saved = NOTHING;
    savedStart = 0;
    drained();
    return chunk;
  }

  /** All that has arrived was read. */
  private void drained() {
    wanted = false;
    if (end == OPEN_END) {
      state &= ~READABLE;
    }
  }

  /** At the end of the stream returns; throws an error, once: the kernel forgets it as well. */
  private void takeEnd() throws IOException {
    int error = -end;
    if (error > 0) {
      end = OPEN_END;
      drained();
      throw SocketFailure.operation("read from", describe(), error);
    }
  }

  @Override
  public int read(MemorySegment target, long offset, int length, long timeoutNanos)
      throws IOException {
    if (!isReceivedFor()) {
      return super.read(target, offset, length, timeoutNanos);
    }
    beginRead();
    long deadline = 0;
    boolean tried = false;
    while (true) {
      if (unread != null) {
        return readUnread(unread, target, offset, length);
      }
      if (saved.length > savedStart) {
        return readSaved(target, offset, length);
      }
      if (end != OPEN_END) {
        takeEnd();
        return -1;
      }
      if (fetches() || (!tried && isLarge(length))) {
        tried = true;
        int n = calls.receive(fd, offset == 0 ? target : target.asSlice(offset), length);
        fetched(n, length);
        if (n > 0) {
          return n;
        }
        continue;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      takesChunks = false;
      state &= ~READABLE;
      awaitReadable(deadline, timeoutNanos, "read");
    }
  }

  /** Whether a read of this size is worth a try before the kernel is asked to receive. */
  private boolean isLarge(int length) {
    return length >= LARGE && !inMasses && (operations & UringEngine.RECEIVE) == 0;
  }

  private int readUnread(Chunk chunk, MemorySegment target, long offset, int length) {
    ByteBuffer buffer = chunk.rawBuffer();
    int n = Math.min(length, buffer.remaining());
    int position = buffer.position();
    MemorySegment.copy(chunk.segment(), position, target, offset, n);
    if (n < buffer.remaining()) {
      buffer.position(position + n);
    } else {
      unread = null;
      drained();
      chunk.close();
    }
    return n;
  }

  private int readSaved(MemorySegment target, long offset, int length) {
    int n = Math.min(length, saved.length - savedStart);
    MemorySegment.copy(MemorySegment.ofArray(saved), savedStart, target, offset, n);
    savedStart += n;
    if (savedStart == saved.length) {
      saved = NOTHING;
      savedStart = 0;
      drained();
    }
    return n;
  }

  @Override
  void closeDescriptor() {
    super.closeDescriptor();
    Chunk chunk = unread;
    unread = null;
    saved = NOTHING;
    savedStart = 0;
    if (chunk != null) {
      chunk.close();
    }
  }
}
