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
 * <p>Signatures, chains of certificates and fresh keys take milliseconds, and many when the JVM
 * does them for the first time, so the engine has them done on helper threads while the loop goes
 * on.
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
    offLoop(
        () -> {
          engine.beginHandshake();
          return null;
        });
    RecordBuffer out = null;
    try {
      while (true) {
        HandshakeStatus status = engine.getHandshakeStatus();
        if (status == HandshakeStatus.NEED_WRAP) {
          out = out == null ? buffers.take() : out;
          Status wrapped = engine.wrap(NOTHING, out.buffer).getStatus();
          if (wrapped == Status.BUFFER_OVERFLOW) {
            send(out, time);
          } else if (wrapped == Status.CLOSED) {
            throw ended();
          }
          continue;
        }
        if (out != null) {
          // What makes up a flight leaves together, and nothing is held while waiting.
          send(out, time);
          buffers.give(out);
          out = null;
        }
        switch (status) {
          case NEED_TASK -> offLoop(this::runTasks);
          case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> takeRecord(time);
          default -> {
            return;
          }
        }
      }
    } finally {
      if (out != null) {
        buffers.give(out);
      }
    }
  }

  private SSLHandshakeException ended() {
    return new SSLHandshakeException(peer + " ended the TLS handshake");
  }

  private void send(RecordBuffer out, TimeBudget time) throws IOException {
    socket.write(out.segment, 0, out.buffer.position(), time.left());
    out.buffer.clear();
  }

  private void takeRecord(TimeBudget time) throws IOException {
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
    SSLEngineResult result = engine.unwrap(record.buffer, NOTHING);
    records.done(record);
    if (result.getStatus() == Status.CLOSED) {
      throw ended();
    }
  }

  private @Nullable Void runTasks() {
    for (Runnable task; (task = engine.getDelegatedTask()) != null; ) {
      task.run();
    }
    return null;
  }

  private void offLoop(OnLoop.Operation<@Nullable Void> work) throws IOException {
    working = true;
    AsyncResult<@Nullable Void> result = Loomlet.runInExecutor(work::run);
    result.join();
    working = false;
    switch (result.exception()) {
      case IOException e -> throw e;
      case RuntimeException e -> throw new SSLHandshakeException(e.toString(), e);
      case Error e -> throw e;
      case null, default -> {}
    }
  }

  /** Tells the other side what is wrong, if that can be done without waiting. */
  private void sendAlert() {
    if (working || !socket.isOpen()) {
      return;
    }
    try {
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
