package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.DatagramBatch;
import dev.loomlet.engine.MessageSocket;
import dev.loomlet.wait.Memory;
import dev.loomlet.wait.OnLoop;
import dev.loomlet.wait.Source;
import dev.loomlet.wait.Timeouts;
import dev.loomlet.wait.Watched;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A socket that keeps the boundaries of what is sent, whatever carries it: what is sent at once is
 * received at once, or not at all. An empty datagram is one, too.
 *
 * <p>One greenlet at a time receives; a second one gets a {@link
 * dev.loomlet.engine.ResourceBusyException}. Any number may send: while there is no room they wait,
 * and their datagrams leave in the order in which they were given. Closing ends operations that
 * wait with a {@link java.net.SocketException}.
 *
 * <p>Receiving and sending throw {@link dev.loomlet.Cancelled} if the greenlet is or gets
 * cancelled; then nothing was received or sent, and no datagram is lost. The same holds for a
 * time-out.
 */
public abstract sealed class SocketDatagrams implements AutoCloseable
    permits UdpSocket, UnixDatagramSocket {
  static {
    Source.provide(SocketDatagrams.class, socket -> new ReadSource(socket.loop, socket.socket));
    Watched.provide(
        SocketDatagrams.class, socket -> new Watched.Behind(socket.loop, socket.socket));
  }

  private final Loop loop;
  private final MessageSocket socket;
  private long receiveTimeoutNanos;
  private long sendTimeoutNanos;

  SocketDatagrams(Loop loop, MessageSocket socket) {
    this.loop = loop;
    this.socket = socket;
  }

  /** What carries out the operations, on the loop. */
  final MessageSocket socket() {
    return socket;
  }

  final long receiveTimeoutNanos() {
    return receiveTimeoutNanos;
  }

  final long sendTimeoutNanos() {
    return sendTimeoutNanos;
  }

  /**
   * Limits how long each receive waits; it then throws {@link java.net.SocketTimeoutException}, has
   * received nothing, and may be tried again.
   *
   * @param timeout more than 0, or null for no limit, as at first
   */
  public final void setReceiveTimeout(@Nullable Duration timeout) {
    receiveTimeoutNanos = timeout == null ? 0 : Timeouts.toNanos(timeout);
  }

  /**
   * Limits how long each send waits; it then throws {@link java.net.SocketTimeoutException}, has
   * sent nothing, and may be tried again.
   *
   * @param timeout more than 0, or null for no limit, as at first
   */
  public final void setSendTimeout(@Nullable Duration timeout) {
    sendTimeoutNanos = timeout == null ? 0 : Timeouts.toNanos(timeout);
  }

  /**
   * Receives one datagram into a buffer from its position, which moves on, to its limit at most.
   * Waits. Nothing is allocated for the datagram.
   *
   * @return the length of the datagram: if it is more than the room that the buffer had, the rest
   *     of it is lost
   * @throws java.net.PortUnreachableException if nobody listens where this is connected to
   * @throws java.net.SocketTimeoutException after the time-out
   */
  public final int receive(ByteBuffer target) throws IOException {
    int room = target.remaining();
    int n = receive(MemorySegment.ofBuffer(target), room);
    target.position(target.position() + Math.min(n, room));
    return n;
  }

  /** As {@link #receive(ByteBuffer)}, into a whole array. */
  public final int receive(byte[] target) throws IOException {
    return receive(MemorySegment.ofArray(target), target.length);
  }

  /** As {@link #receive(ByteBuffer)}, into memory. */
  public final int receive(MemorySegment target) throws IOException {
    return receive(target, (int) Math.min(target.byteSize(), Integer.MAX_VALUE));
  }

  private int receive(MemorySegment target, int room) throws IOException {
    Memory.requireWritable(target);
    if (loop.isCurrent()) {
      return socket.receive(target, 0, room, receiveTimeoutNanos);
    }
    return OnLoop.call(loop, () -> socket.receive(target, 0, room, receiveTimeoutNanos));
  }

  /**
   * Receives one datagram from the peer of this connected socket, and of those that have come as
   * well as many as the batch has places for; what was in it before is gone. Waits for the first
   * one. {@code sender()} does not change.
   *
   * @throws IllegalStateException if this is not connected
   * @throws java.net.PortUnreachableException if nobody listens where this is connected to
   * @throws java.net.SocketTimeoutException after the time-out
   */
  public final void receive(DatagramBatch batch) throws IOException {
    receive(batch, receiveTimeoutNanos);
  }

  /**
   * As {@link #receive(DatagramBatch)}, for a limited time.
   *
   * @param timeout more than 0
   */
  public final void receive(DatagramBatch batch, Duration timeout) throws IOException {
    receive(batch, Timeouts.toNanos(timeout));
  }

  private void receive(DatagramBatch batch, long timeoutNanos) throws IOException {
    checkConnected();
    OnLoop.call(
        loop,
        () -> {
          socket.receive(batch, timeoutNanos);
          return null;
        });
  }

  /**
   * Sends each datagram of a batch to the peer of this connected socket, in order. Waits while
   * there is no room.
   *
   * @param batch not to be touched meanwhile
   * @throws IllegalStateException if this is not connected
   * @throws IllegalArgumentException if one is too long; then none was sent
   * @throws java.net.PortUnreachableException if nobody listened there when an earlier datagram was
   *     sent; some of these may have been sent
   * @throws java.net.SocketTimeoutException after the time-out; some may have been sent
   */
  public final void send(DatagramBatch batch) throws IOException {
    checkBatch(batch);
    OnLoop.call(
        loop,
        () -> {
          socket.send(batch, sendTimeoutNanos);
          return null;
        });
  }

  private void checkBatch(DatagramBatch batch) {
    checkConnected();
    for (int i = 0; i < batch.size(); i++) {
      checkLength(batch.length(i), null);
    }
  }

  /**
   * Sends the first datagrams of a batch to the peer of this connected socket, in order, as many as
   * there is room for now. Does not wait, and is no checkpoint; on the socket's loop only.
   *
   * @return how many were sent; 0 also on engines that cannot send without waiting
   * @throws IllegalStateException if this is not connected, or on another thread
   * @throws IllegalArgumentException if one is too long; then none was sent
   * @throws java.net.PortUnreachableException if nobody listened there when an earlier datagram was
   *     sent; some of these may have been sent
   */
  public final int sendNow(DatagramBatch batch) throws IOException {
    checkBatch(batch);
    if (!loop.isCurrent()) {
      throw new IllegalStateException("only on the socket's loop can be sent without waiting");
    }
    return socket.sendNow(batch);
  }

  /**
   * Sends a whole array to the peer of this connected socket. Waits while there is no room.
   *
   * @throws IllegalStateException if this is not connected
   * @throws IllegalArgumentException if it is too long for one datagram
   * @throws java.net.PortUnreachableException if nobody listened there when an earlier datagram was
   *     sent; this one was not sent
   * @throws java.net.SocketTimeoutException after the time-out
   */
  public final void send(byte[] data) throws IOException {
    sendToPeer(MemorySegment.ofArray(data), data.length);
  }

  /** As {@link #send(byte[])}: a buffer's bytes from its position to its limit, then equal. */
  public final void send(ByteBuffer data) throws IOException {
    sendToPeer(MemorySegment.ofBuffer(data), data.remaining());
    data.position(data.limit());
  }

  /** As {@link #send(byte[])}, of memory. */
  public final void send(MemorySegment data) throws IOException {
    sendToPeer(data, Math.toIntExact(data.byteSize()));
  }

  private void sendToPeer(MemorySegment data, int length) throws IOException {
    checkConnected();
    send(data, length, null);
  }

  final void checkConnected() {
    if (socket.remoteAddress() == null) {
      throw new IllegalStateException(this + " is not connected; connect it, or name the target");
    }
  }

  final void sendTo(MemorySegment data, int length, SocketAddress target) throws IOException {
    send(data, length, checkTarget(target));
  }

  /** The target as the engine wants it: none, if it is the peer's. */
  final @Nullable SocketAddress checkTarget(SocketAddress target) {
    SocketAddress peer = socket.remoteAddress();
    if (peer == null) {
      return target;
    }
    if (!peer.equals(target)) {
      throw new IllegalStateException(this + " is connected and cannot send to " + target);
    }
    return null;
  }

  private void send(MemorySegment data, int length, @Nullable SocketAddress target)
      throws IOException {
    checkLength(length, target);
    if (loop.isCurrent()) {
      socket.send(data, 0, length, target, sendTimeoutNanos);
      return;
    }
    OnLoop.call(
        loop,
        () -> {
          socket.send(data, 0, length, target, sendTimeoutNanos);
          return null;
        });
  }

  /**
   * Refuses what can never be sent.
   *
   * @throws IllegalArgumentException if it is too long
   */
  abstract void checkLength(int length, @Nullable SocketAddress target);

  /**
   * Sets a socket option.
   *
   * @param option of {@link java.net.StandardSocketOptions}: SO_RCVBUF, SO_SNDBUF, SO_BROADCAST,
   *     SO_REUSEADDR, SO_REUSEPORT, IP_TOS, IP_MULTICAST_IF, IP_MULTICAST_TTL, IP_MULTICAST_LOOP
   * @throws UnsupportedOperationException if the engine does not know it
   */
  public final <T> void setOption(SocketOption<T> option, T value) throws IOException {
    Objects.requireNonNull(value);
    OnLoop.call(
        loop,
        () -> {
          socket.setOption(option, value);
          return null;
        });
  }

  /**
   * Reads a socket option; see {@link #setOption}. The kernel reports twice the buffer size it was
   * asked for.
   */
  public final <T> T getOption(SocketOption<T> option) throws IOException {
    return OnLoop.call(loop, () -> socket.getOption(option));
  }

  /** The loop it belongs to. */
  public final Loop loop() {
    return loop;
  }

  /** Whether it was not closed yet. */
  public final boolean isOpen() {
    return socket.isOpen();
  }

  /** Frees the descriptor. Any thread; does not wait. Does nothing when repeated. */
  @Override
  public void close() {
    OnLoop.close(loop, socket::close);
  }
}
