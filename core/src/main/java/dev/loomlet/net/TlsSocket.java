package dev.loomlet.net;

import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.wait.Task;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A socket that speaks TLS over another one, after the {@link TlsHandshake}.
 *
 * <p>Reading and writing meet only in the JDK's engine, whose calls do not wait: the reader
 * decrypts, the writer encrypts, and each alone uses its direction of the socket below. The one
 * thing that reading asks of writing, the answer to a request for new keys, is left to the next
 * write, as RFC 8446, section 4.6.3, allows: a reader that had to write could wait for a peer that
 * waits for it.
 *
 * <p>A read that is cancelled has given up only the wait for the rest of a record; what has come
 * stays. What becomes of a write is told in {@link TlsOutput}.
 */
final class TlsSocket implements StreamSocket {
  /** Peers that ask for new keys so often without being written to have nothing good in mind. */
  private static final int KEY_REQUESTS_TAKEN = 64;

  /** Reads of what was here already after which a greenlet makes room for the others. */
  private static final int READS_BEFORE_YIELD = 64;

  private final Loop loop;
  private final StreamSocket socket;
  private final SSLEngine engine;
  private final TlsOptions options;
  private final String peer;
  private final RecordBuffers buffers;
  private final RecordReader records;
  private final TlsOutput output;

  private boolean closed;

  private @Nullable Thread reader;

  /** A record that was decrypted in place, with what nobody has taken yet. */
  private @Nullable RecordBuffer plain;

  /** Nothing more will come. */
  private boolean ended;

  private @Nullable SSLException readFailure;
  private int keyRequests;
  private int readsWithoutWait;

  /** Whether a greenlet is inside the engine, where a rare lock of the JDK's may make it wait. */
  private boolean inEngine;

  /** Wants to be told of something to read. */
  private @Nullable Runnable watcher;

  /** Whether a greenlet looks on behalf of the watcher. */
  private boolean looking;

  TlsSocket(
      Loop loop,
      StreamSocket socket,
      SSLEngine engine,
      TlsOptions options,
      String peer,
      RecordBuffers buffers,
      RecordReader records) {
    this.loop = loop;
    this.socket = socket;
    this.engine = engine;
    this.options = options;
    this.peer = peer;
    this.buffers = buffers;
    this.records = records;
    this.output = new TlsOutput(socket, engine, options, peer, buffers);
  }

  SSLEngine engine() {
    return engine;
  }

  private String describe() {
    return TlsOutput.describe(peer);
  }

  private void requireOpen() throws SocketException {
    if (closed) {
      throw new SocketException(describe() + " is closed");
    }
  }

  // Reading.

  private void beginRead() throws SocketException {
    Task.checkpoint();
    awaitLook();
    requireOpen();
    refuseSecondReader();
    reader = Thread.currentThread();
  }

  private void refuseSecondReader() {
    if (reader != null) {
      throw TlsOutput.busy(reader, "waits to read from ", describe());
    }
    if (watcher != null) {
      throw new ResourceBusyException(
          "a select waits for " + describe() + " to become readable; one at a time");
    }
  }

  /** Lets others run now and then, also when everything to be read is here already. */
  private void makeRoom() throws SocketException {
    if (++readsWithoutWait > READS_BEFORE_YIELD) {
      readsWithoutWait = 0;
      Loomlet.yield();
      requireOpen();
    }
  }

  @Override
  public int read(MemorySegment target, long offset, int length, long timeoutNanos)
      throws IOException {
    beginRead();
    try {
      makeRoom();
      TimeBudget time = TimeBudget.of(loop.clock(), timeoutNanos);
      while (plain == null) {
        if (isOver()) {
          return -1;
        }
        RecordBuffer record = nextRecord(time);
        if (record == null) {
          continue;
        }
        if (length < record.buffer.remaining()) {
          unwrapInPlace(record);
          continue;
        }
        ByteBuffer room = target.asSlice(offset, length).asByteBuffer();
        unwrap(record, room);
        records.done(record);
        if (room.position() > 0) {
          return room.position();
        }
      }
      return takePlain(plain, target, offset, length);
    } finally {
      reader = null;
    }
  }

  private int takePlain(RecordBuffer from, MemorySegment target, long offset, int length) {
    int position = from.buffer.position();
    int n = Math.min(length, from.buffer.remaining());
    MemorySegment.copy(from.segment, position, target, offset, n);
    from.buffer.position(position + n);
    giveIfTaken(from);
    return n;
  }

  private void giveIfTaken(RecordBuffer from) {
    if (!from.buffer.hasRemaining()) {
      plain = null;
      records.done(from);
    }
  }

  @Override
  public @Nullable Chunk receive(long timeoutNanos) throws IOException {
    beginRead();
    Chunk chunk = null;
    boolean filled = false;
    try {
      makeRoom();
      TimeBudget time = TimeBudget.of(loop.clock(), timeoutNanos);
      while (true) {
        RecordBuffer first = plain;
        if (first == null) {
          if (isOver()) {
            return null;
          }
          first = nextRecord(time);
          if (first == null) {
            continue;
          }
        }
        chunk = buffers.chunks.take();
        ByteBuffer room = chunk.buffer();
        if (plain != null) {
          room.put(first.buffer);
          giveIfTaken(first);
        } else {
          unwrap(first, room);
          records.done(first);
        }
        if (room.position() > 0) {
          addWhatIsHere(room);
          room.flip();
          filled = true;
          return chunk;
        }
        chunk.close();
        chunk = null;
      }
    } finally {
      reader = null;
      if (chunk != null && !filled) {
        chunk.close();
      }
    }
  }

  /** Decrypts the records that are whole and fit. */
  private void addWhatIsHere(ByteBuffer room) {
    try {
      while (room.remaining() >= RecordBuffer.SIZE && !ended) {
        RecordBuffer record = nextOrFail();
        if (record == null) {
          return;
        }
        unwrap(record, room);
        records.done(record);
      }
    } catch (SSLException e) {
      // What was good before it is delivered first; the next read says it.
    }
  }

  /**
   * Whether there is nothing more to read.
   *
   * @throws SSLException if that is not as it should be
   */
  private boolean isOver() throws SSLException {
    if (readFailure != null) {
      throw TlsFailure.again(readFailure);
    }
    return ended;
  }

  /** The next record, after a wait perhaps; null if there is none yet, or any more. */
  private @Nullable RecordBuffer nextRecord(TimeBudget time) throws IOException {
    RecordBuffer record = nextOrFail();
    if (record != null) {
      return record;
    }
    readsWithoutWait = 0;
    long left = time.left();
    try {
      if (!records.receive(left)) {
        endOfSocket();
        return null;
      }
    } catch (SocketTimeoutException e) {
      throw time.rephrase(e, "read", describe());
    }
    return nextOrFail();
  }

  private @Nullable RecordBuffer nextOrFail() throws SSLException {
    try {
      return records.next();
    } catch (SSLException e) {
      throw fail(e);
    }
  }

  private void endOfSocket() throws SSLException {
    if (!ended && !options.truncationAllowed()) {
      throw fail(
          new SSLException(
              describe()
                  + " was truncated: it ended without TLS's close_notify, so that something may be"
                  + " missing; if the other side always ends so, and its messages tell their own"
                  + " length, TlsOptions.Builder.allowTruncation() makes this a plain end"));
    }
    ended = true;
  }

  private void unwrapInPlace(RecordBuffer record) throws SSLException {
    // What comes out is shorter than what goes in, and never ahead of what is still to go in.
    ByteBuffer room = ByteBuffer.wrap(record.array);
    unwrap(record, room);
    if (room.position() == 0) {
      records.done(record);
    } else {
      record.buffer.clear().limit(room.position());
      plain = record;
    }
  }

  private void unwrap(RecordBuffer record, ByteBuffer room) throws SSLException {
    SSLEngineResult result;
    inEngine = true;
    try {
      result = engine.unwrap(record.buffer, room);
      if (result.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
          || result.getStatus() != Status.OK) {
        takeNotice(result);
      }
    } catch (SSLException e) {
      inEngine = false;
      throw fail(e);
    } finally {
      inEngine = false;
    }
  }

  /** The record was not, or not only, for the reader. */
  private void takeNotice(SSLEngineResult result) throws SSLException {
    switch (result.getStatus()) {
      case CLOSED -> ended = true;
      case BUFFER_OVERFLOW, BUFFER_UNDERFLOW ->
          throw new SSLException("the engine wants more room than a record has: " + result);
      case OK -> {
        if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
          throw new SSLException(
              peer + " wants to renegotiate, which is refused; it may connect anew instead");
        }
        if (result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
            && result.bytesProduced() == 0
            && ++keyRequests > KEY_REQUESTS_TAKEN) {
          throw new SSLException(peer + " asks for new keys again and again");
        }
      }
    }
  }

  /** Keeps what is wrong for whoever reads later, and tells the other side. */
  private SSLException fail(SSLException e) {
    SSLException explained = TlsFailure.explain(e, engine, peer, options);
    readFailure = explained;
    records.release();
    if (output.isFree()) {
      try {
        TlsHandshake.sendNow(engine, socket, buffers);
      } catch (SSLException inTheAlert) {
        explained.addSuppressed(inTheAlert);
      }
    }
    return explained;
  }

  @Override
  public void shutdownInput() throws IOException {
    requireOpen();
    ended = true;
    RecordBuffer left = plain;
    if (left != null) {
      plain = null;
      records.done(left);
    }
    socket.shutdownInput();
  }

  // Writing.

  private void beginWrite() throws SocketException {
    Task.checkpoint();
    requireOpen();
    output.requireFree();
  }

  @Override
  public void write(MemorySegment source, long offset, int length, long timeoutNanos)
      throws IOException {
    beginWrite();
    if (length > 0) {
      writeAll(timeoutNanos, source.asSlice(offset, length).asByteBuffer());
    }
  }

  /** Small pieces share a record. */
  @Override
  public void write(List<MemorySegment> sources, long timeoutNanos) throws IOException {
    beginWrite();
    ByteBuffer[] all = new ByteBuffer[sources.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = sources.get(i).asByteBuffer();
    }
    writeAll(timeoutNanos, all);
  }

  @Override
  public void write(Chunk chunk, long timeoutNanos) throws IOException {
    beginWrite();
    writeAll(timeoutNanos, chunk.buffer());
  }

  private void writeAll(long timeoutNanos, ByteBuffer... sources) throws IOException {
    output.writeAll(TimeBudget.of(loop.clock(), timeoutNanos), sources);
    keyRequests = 0;
  }

  @Override
  public int writeNow(MemorySegment source, long offset, int length) {
    return closed || inEngine ? 0 : output.writeNow(source, offset, length);
  }

  /** Sends TLS's close_notify. Waits, unlike that of other sockets. */
  @Override
  public void shutdownOutput() throws IOException {
    if (engine.isOutboundDone()) {
      return;
    }
    beginWrite();
    output.shutdown();
  }

  // Being told of what can be read.

  /** What looks on behalf of a watcher never waits for long. */
  private void awaitLook() {
    while (looking) {
      Loomlet.yield();
    }
  }

  private boolean canBeReadNow() {
    return closed || plain != null || ended || readFailure != null;
  }

  @Override
  public boolean isReadable() {
    awaitLook();
    refuseSecondReader();
    return look();
  }

  /** Decrypts what is here until there is something for a reader. Does not wait. */
  private boolean look() {
    reader = Thread.currentThread();
    try {
      while (!canBeReadNow()) {
        RecordBuffer record = nextOrFail();
        if (record != null) {
          unwrapInPlace(record);
        } else if (!socket.isReadable()) {
          return false;
        } else if (!records.receive(0)) {
          endOfSocket();
        }
      }
      return true;
    } catch (IOException e) {
      // The read that follows says it.
      return true;
    } finally {
      reader = null;
    }
  }

  @Override
  public void watchReadable(Runnable whenReadable) throws IOException {
    refuseSecondReader();
    watcher = whenReadable;
    if (canBeReadNow()) {
      whenReadable.run();
    } else {
      socket.watchReadable(this::somethingHasCome);
    }
  }

  @Override
  public void unwatchReadable() {
    watcher = null;
    socket.unwatchReadable();
  }

  /** It may be a part of a record, or one that is not for the reader: a greenlet has to look. */
  private void somethingHasCome() {
    if (!looking && watcher != null) {
      looking = true;
      loop.spawn(this::lookForWatcher);
    }
  }

  private void lookForWatcher() throws IOException {
    try {
      Runnable told = watcher;
      if (told == null) {
        return;
      }
      socket.unwatchReadable();
      boolean readable = look();
      looking = false;
      if (watcher == told) {
        if (readable) {
          told.run();
        } else {
          socket.watchReadable(this::somethingHasCome);
        }
      }
    } finally {
      looking = false;
    }
  }

  // The end.

  @Override
  public boolean isOpen() {
    return !closed && socket.isOpen();
  }

  /** Sends TLS's close_notify if the kernel takes it at once, and closes the socket below. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (output.isFree() && !inEngine && socket.isOpen()) {
      try {
        engine.closeOutbound();
        TlsHandshake.sendNow(engine, socket, buffers);
      } catch (SSLException e) {
        // The other side then finds that it did not end as it should.
      }
    }
    plain = null;
    records.release();
    Runnable told = watcher;
    socket.close();
    if (told != null) {
      told.run();
    }
  }

  // What is the same as below.

  @Override
  public SocketAddress localAddress() {
    return socket.localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return socket.remoteAddress();
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    socket.setOption(option, value);
  }

  @Override
  public <T> T getOption(SocketOption<T> option) throws IOException {
    return socket.getOption(option);
  }
}
