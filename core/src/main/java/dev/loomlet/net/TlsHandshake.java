package dev.loomlet.net;

import dev.loomlet.AsyncResult;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.wait.Task;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Agrees with the other side of a socket, in the greenlet that called.
 *
 * <p>Signatures, chains of certificates and fresh keys take milliseconds, and everything takes many
 * when the JVM does it for the first time. So the greenlet only receives and sends; the engine is
 * called on helper threads, once for each record that comes, while the loop goes on.
 */
final class TlsHandshake {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Loop loop;
  private final StreamSocket socket;
  private final SSLEngine engine;
  private final TlsOptions options;
  private final String peer;
  private final RecordBuffers buffers;
  private final RecordReader records;

  /** Whether a helper thread may be inside the engine, whose lock must not be waited for here. */
  private boolean working;

  /** Whether the engine was told to begin. */
  private boolean begun;

  /** What the helper writes into, or is just being sent. */
  private @Nullable RecordBuffer out;

  /**
   * Prepares a handshake.
   *
   * @param socket belongs to this from now on
   * @param engine fresh
   * @param peer who the other side is, for messages
   */
  TlsHandshake(Loop loop, StreamSocket socket, SSLEngine engine, TlsOptions options, String peer) {
    this.loop = loop;
    this.socket = socket;
    this.engine = engine;
    this.options = options;
    this.peer = peer;
    this.buffers = RecordBuffers.of(loop);
    this.records = new RecordReader(socket, buffers);
  }

  /**
   * Shakes hands. If that fails, whatever the reason, the socket is closed.
   *
   * @return what carries the bytes from now on
   * @throws SocketTimeoutException after the options' time
   * @throws SSLException if the two do not agree, with the reason
   */
  TlsSocket run() throws IOException {
    boolean agreed = false;
    try {
      agree(TimeBudget.of(loop.clock(), options.handshakeTimeoutNanos()));
      agreed = true;
      return new TlsSocket(loop, socket, engine, options, peer, buffers, records);
    } catch (SSLException e) {
      sendAlert();
      throw TlsFailure.explain(e, engine, peer, options);
    } catch (SocketTimeoutException e) {
      SocketTimeoutException late =
          new SocketTimeoutException(
              "the TLS handshake with "
                  + peer
                  + " timed out after "
                  + options.handshakeTimeoutNanos() / 1_000_000
                  + " ms");
      late.initCause(e);
      throw late;
    } catch (SocketException e) {
      SSLHandshakeException lost =
          new SSLHandshakeException(
              "the connection with " + peer + " broke during the TLS handshake: " + e.getMessage());
      lost.initCause(e);
      throw lost;
    } finally {
      if (!agreed) {
        records.release();
        socket.close();
      }
    }
  }

  private void agree(TimeBudget time) throws IOException {
    Task.checkpoint();
    RecordBuffer record = null;
    while (true) {
      RecordBuffer answer = buffers.take();
      out = answer;
      HandshakeStatus next = stepOffLoop(record, answer);
      if (record != null) {
        buffers.give(record);
        record = null;
      }
      if (answer.buffer.position() > 0) {
        socket.write(answer.segment, 0, answer.buffer.position(), time.left());
      }
      // Nothing is held while waiting.
      out = null;
      buffers.give(answer);
      switch (next) {
        case NEED_UNWRAP -> record = nextRecord(time);
        case NEED_WRAP -> {
          // There was no room for all.
        }
        default -> {
          return;
        }
      }
    }
  }

  private RecordBuffer nextRecord(TimeBudget time) throws IOException {
    RecordBuffer record = records.next();
    while (record == null) {
      if (!records.receive(time.left())) {
        throw new SSLHandshakeException(
            peer
                + " closed the connection during the TLS handshake; does it speak TLS on this"
                + " port?");
      }
      record = records.next();
    }
    records.handOver();
    return record;
  }

  /**
   * Has a helper thread take a step. If the caller is cancelled meanwhile, the helper goes on, so
   * that neither the engine nor the two buffers may be touched any more.
   */
  private HandshakeStatus stepOffLoop(@Nullable RecordBuffer record, RecordBuffer answer)
      throws IOException {
    if (!Loop.current().engine().usesThreads()) {
      return stepHere(record, answer);
    }
    working = true;
    AsyncResult<HandshakeStatus> result = Loomlet.runInExecutor(() -> step(record, answer));
    result.join();
    working = false;
    switch (result.exception()) {
      case IOException e -> throw e;
      case RuntimeException e -> throw new SSLHandshakeException(e.toString(), e);
      case Error e -> throw e;
      case null, default -> {}
    }
    return Objects.requireNonNull(result.value());
  }

  private HandshakeStatus stepHere(@Nullable RecordBuffer record, RecordBuffer answer)
      throws IOException {
    try {
      return step(record, answer);
    } catch (RuntimeException e) {
      throw new SSLHandshakeException(e.toString(), e);
    }
  }

  /**
   * Goes on until there is something to send or to receive.
   *
   * @param record from the other side, or null to begin or to go on
   * @param answer gets what is to be sent
   * @return what is to be done next: NEED_UNWRAP for another record, NEED_WRAP if there was no room
   *     for the whole answer, otherwise it is done
   */
  private HandshakeStatus step(@Nullable RecordBuffer record, RecordBuffer answer)
      throws SSLException {
    if (!begun) {
      begun = true;
      engine.beginHandshake();
    }
    if (record != null) {
      refuseEnd(engine.unwrap(record.buffer, NOTHING));
    }
    while (true) {
      HandshakeStatus status = engine.getHandshakeStatus();
      switch (status) {
        case NEED_TASK -> {
          for (Runnable task; (task = engine.getDelegatedTask()) != null; ) {
            task.run();
          }
        }
        case NEED_WRAP -> {
          SSLEngineResult result = engine.wrap(NOTHING, answer.buffer);
          if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            return status;
          }
          refuseEnd(result);
        }
        case NEED_UNWRAP_AGAIN -> refuseEnd(engine.unwrap(NOTHING, NOTHING));
        default -> {
          return status;
        }
      }
    }
  }

  private void refuseEnd(SSLEngineResult result) throws SSLException {
    if (result.getStatus() == Status.CLOSED) {
      throw new SSLHandshakeException(peer + " ended the TLS handshake");
    }
  }

  /** Tells the other side what is wrong, if that can be done without waiting. */
  private void sendAlert() {
    if (working || !socket.isOpen()) {
      return;
    }
    try {
      RecordBuffer before = out;
      if (before != null && before.buffer.position() > 0) {
        // The alert may be encrypted by keys that what comes before it has agreed on.
        socket.writeNow(before.segment, 0, before.buffer.position());
      }
      sendNow(engine, socket, buffers);
      // Closing while there is something to read is a reset, which may overtake the alert.
      records.release();
      while (socket.isReadable() && records.receive(0)) {
        records.release();
      }
    } catch (IOException e) {
      // It is about to be closed for something worse.
    }
  }

  /** Sends what the engine wants sent, as far as the kernel takes it at once. */
  static void sendNow(SSLEngine engine, StreamSocket socket, RecordBuffers buffers)
      throws SSLException {
    RecordBuffer out = buffers.take();
    try {
      Status status = Status.OK;
      while (status == Status.OK && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        status = engine.wrap(NOTHING, out.buffer).getStatus();
      }
      if (out.buffer.position() > 0) {
        socket.writeNow(out.segment, 0, out.buffer.position());
      }
    } finally {
      buffers.give(out);
    }
  }
}
