package dev.loomlet.net;

import dev.loomlet.engine.ResourceBusyException;
import dev.loomlet.engine.StreamSocket;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of a {@link TlsSocket}: encrypts and sends, for one greenlet at a time.
 *
 * <p>A record that was encrypted must be sent, so a write that is cut short ends all writing.
 */
final class TlsOutput {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final StreamSocket socket;
  private final SSLEngine engine;
  private final TlsOptions options;
  private final String peer;
  private final RecordBuffers buffers;

  private @Nullable Thread writer;

  /** Why nothing can be written any more. */
  private @Nullable String cannotWrite;

  TlsOutput(
      StreamSocket socket,
      SSLEngine engine,
      TlsOptions options,
      String peer,
      RecordBuffers buffers) {
    this.socket = socket;
    this.engine = engine;
    this.options = options;
    this.peer = peer;
    this.buffers = buffers;
  }

  /** What a connection is called in messages. */
  static String describe(String peer) {
    return "the TLS connection with " + peer;
  }

  /** Refuses a second one that does the same. */
  static ResourceBusyException busy(Thread other, String doing, String what) {
    return ResourceBusyException.of(other, doing + what);
  }

  /** Whether something can be written, and nobody does. */
  boolean isFree() {
    return writer == null && cannotWrite == null;
  }

  /**
   * Makes sure that something can be written.
   *
   * @throws ResourceBusyException if somebody writes
   * @throws SocketException if nothing can be written any more
   */
  void requireFree() throws SocketException {
    if (writer != null) {
      throw busy(writer, "waits to write to ", describe(peer));
    }
    if (cannotWrite != null) {
      throw new SocketException(cannotWrite);
    }
  }

  /** Encrypts and sends. Waits. */
  void writeAll(TimeBudget time, ByteBuffer... sources) throws IOException {
    RecordBuffer out = buffers.take();
    writer = Thread.currentThread();
    try {
      int first = 0;
      while (first < sources.length) {
        if (sources[first].hasRemaining()) {
          encrypt(sources, first, out.buffer);
          send(out, time);
        } else {
          first++;
        }
      }
    } finally {
      writer = null;
      buffers.give(out);
    }
  }

  private void encrypt(ByteBuffer[] sources, int first, ByteBuffer room) throws IOException {
    Status status;
    try {
      status = engine.wrap(sources, first, sources.length - first, room).getStatus();
    } catch (SSLException e) {
      SSLException explained = TlsFailure.explain(e, engine, peer, options);
      cannotWrite = explained.getMessage();
      throw explained;
    }
    if (status != Status.OK || room.position() == 0) {
      cannotWrite = describe(peer) + " was ended by the other side; nothing more can be written";
      throw new SocketException(cannotWrite);
    }
  }

  /** Sends what must be sent whole, or nothing after it makes sense. */
  private void send(RecordBuffer out, TimeBudget time) throws IOException {
    boolean sent = false;
    try {
      socket.write(out.segment, 0, out.buffer.position(), time.left());
      out.buffer.clear();
      sent = true;
    } catch (SocketTimeoutException e) {
      throw time.rephrase(e, "write", describe(peer));
    } finally {
      if (!sent) {
        cannotWrite = cutShort();
      }
    }
  }

  /**
   * Writes what the kernel takes at once. Does not wait.
   *
   * @return how many bytes that were; 0 also if it is not the moment
   */
  int writeNow(MemorySegment source, long offset, int length) {
    if (!isFree()) {
      return 0;
    }
    RecordBuffer out = buffers.take();
    try {
      ByteBuffer from = source.asSlice(offset, length).asByteBuffer();
      encrypt(new ByteBuffer[] {from}, 0, out.buffer);
      int sent = socket.writeNow(out.segment, 0, out.buffer.position());
      if (sent < out.buffer.position()) {
        cannotWrite = cutShort();
      }
      return from.position();
    } catch (IOException e) {
      return 0;
    } finally {
      buffers.give(out);
    }
  }

  private String cutShort() {
    return "an earlier write to "
        + describe(peer)
        + " was cut short in the middle of a TLS record; it can only be read from and closed";
  }

  /** Sends TLS's close_notify, after which nothing can be written. Waits. */
  void shutdown() throws IOException {
    RecordBuffer out = buffers.take();
    writer = Thread.currentThread();
    try {
      engine.closeOutbound();
      cannotWrite = describe(peer) + " was shut down for writing on this side";
      Status status = Status.OK;
      while (status == Status.OK && !engine.isOutboundDone()) {
        status = engine.wrap(NOTHING, out.buffer).getStatus();
      }
      send(out, TimeBudget.NONE);
    } finally {
      writer = null;
      buffers.give(out);
    }
  }
}
