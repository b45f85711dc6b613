package dev.loomlet.process;

import dev.loomlet.sync.Mutex;
import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a process has of an end of a connection: it sends into one ring and receives from another. A
 * message is its length and then its bytes.
 */
final class ConnectionEnd {
  private static final int LENGTH = 4;
  private static final int LARGEST = 1 << 30;
  private static final int STEP = 1 << 20;

  /** In place of the process that has an end. */
  private static final long CLOSED = 0;

  private final ByteRing out;
  private final ByteRing in;
  private final Words owners;
  private final int own;
  private final int other;
  private final Mutex sending = new Mutex("connection, send");
  private final Mutex receiving = new Mutex("connection, receive");
  private final long self = ProcessIdentity.own();

  /** Whether it was sent, and may be taken over. */
  private volatile boolean given;

  /** What has come of a message; null between two. With the lock. */
  private byte @Nullable [] begun;

  private int length;
  private int received;

  ConnectionEnd(ByteRing out, ByteRing in, Words owners, int own, int other) {
    this.out = out;
    this.in = in;
    this.owners = owners;
    this.own = own;
    this.other = other;
  }

  void give() {
    given = true;
  }

  void taken() {
    given = false;
  }

  private void requireOwn() throws IOException {
    long owner = owners.getLong(own);
    if (owner != self) {
      throw new IOException(
          owner == CLOSED
              ? "this end of the connection is closed"
              : "this end of the connection is process "
                  + ProcessIdentity.pidOf(owner)
                  + "'s now, to which it was given");
    }
  }

  private boolean isClosed() {
    return owners.getLong(other) == CLOSED;
  }

  /** Whether the other side has closed its end or died. Takes some time. */
  private boolean isAlone() {
    long owner = owners.getLong(other);
    return owner == CLOSED || (owner != self && !ProcessIdentity.isAlive(owner));
  }

  void send(byte[] message) throws IOException {
    sending.lock();
    try {
      requireOwn();
      long begin = out.written();
      awaitSpace(begin, LENGTH);
      out.putInt(begin, message.length);
      try {
        sendContent(message, begin + LENGTH);
      } catch (Throwable e) {
        if (out.written() != begin) {
          breakOff();
        }
        throw e;
      }
    } finally {
      sending.unlock();
    }
  }

  private void sendContent(byte[] message, long begin) throws IOException {
    long position = begin;
    for (int sent = 0; sent < message.length; ) {
      int free = out.size() - out.between(out.read(), position);
      if (free == 0) {
        out.publishWritten(position);
        out.data.wakeAll();
        free = awaitSpace(position, 1);
      }
      int count = Math.min(free, message.length - sent);
      out.copyIn(message, sent, position, count);
      sent += count;
      position += count;
    }
    out.publishWritten(ByteRing.aligned(position));
    out.data.wakeAll();
  }

  /** Returns how many bytes are free, at least as many as wanted. */
  private int awaitSpace(long position, int wanted) throws IOException {
    while (true) {
      int free = out.size() - out.between(out.read(), position);
      if (free >= wanted) {
        // Where nobody reads any more nothing need be written; but to look costs.
        if (isClosed()) {
          throw gone();
        }
        return free;
      }
      boolean _ = out.space.await(() -> out.free() >= wanted || isClosed(), Waiter.FOREVER);
      if (out.free() < wanted && isAlone()) {
        throw gone();
      }
    }
  }

  private static IOException gone() {
    return new IOException("the other side of the connection is gone");
  }

  /** The other side sees an end in the middle of a message. */
  private void breakOff() {
    owners.setLong(own, CLOSED);
    out.data.wakeAll();
    in.space.wakeAll();
  }

  byte @Nullable [] receive() throws IOException {
    receiving.lock();
    try {
      requireOwn();
      byte[] message = begun;
      if (message == null) {
        if (!awaitData(Waiter.FOREVER)) {
          return null;
        }
        message = begin();
      }
      return receiveContent(message);
    } finally {
      receiving.unlock();
    }
  }

  private byte[] begin() throws IOException {
    long read = in.read();
    if (in.between(read, in.written()) < LENGTH) {
      throw new IllegalStateException("shared memory was overwritten: half a length");
    }
    length = in.getInt(read);
    if (length < 0 || length > LARGEST) {
      throw new IOException("a message says that it has " + length + " bytes");
    }
    received = 0;
    in.publishRead(read + LENGTH);
    // Grows with what has come, not with what is announced.
    byte[] message = new byte[Math.min(length, STEP)];
    begun = message;
    return message;
  }

  private byte[] receiveContent(byte[] first) throws IOException {
    byte[] message = first;
    while (received < length) {
      long read = in.read();
      int there = in.between(read + received % LENGTH, in.written());
      if (there == 0) {
        if (!awaitMore(read + received % LENGTH)) {
          throw new EOFException("the other side is gone in the middle of a message");
        }
        continue;
      }
      if (received == message.length) {
        message = Arrays.copyOf(message, (int) Math.min(length, 2L * received));
        begun = message;
      }
      int count = Math.min(there, message.length - received);
      in.copyOut(read + received % LENGTH, message, received, count);
      long end = read + received % LENGTH + count;
      received += count;
      // Only whole numbers are given back, so that there always is room for what fills up the last.
      in.publishRead(received == length ? ByteRing.aligned(end) : end - received % LENGTH);
      in.space.wakeAll();
    }
    if (length == 0) {
      in.space.wakeAll();
    }
    begun = null;
    return message;
  }

  /** Waits for the rest of a message; false if it does not come. */
  private boolean awaitMore(long position) {
    while (in.written() == position) {
      boolean _ = in.data.await(() -> in.written() != position || isClosed(), Waiter.FOREVER);
      if (in.written() == position && isAlone()) {
        return in.written() != position;
      }
    }
    return true;
  }

  /** Waits for a message; false at the end of the stream, or when the time is over. */
  private boolean awaitData(long nanos) {
    TimeLimit limit = new TimeLimit(nanos);
    while (!in.hasData()) {
      boolean inTime = in.data.await(() -> in.hasData() || isClosed(), limit.left());
      // What was sent before the end still counts.
      if (!in.hasData() && (isAlone() || !inTime)) {
        return in.hasData();
      }
    }
    return true;
  }

  boolean poll(long nanos) throws IOException {
    requireOwn();
    return awaitReady(nanos);
  }

  boolean isReady() {
    return begun != null || in.hasData() || isAlone() || owners.getLong(own) != self;
  }

  boolean awaitReady(long nanos) {
    return isReady() || awaitData(nanos) || isReady();
  }

  /** Returns whether it is closed now, and nobody here is about to take the other one over. */
  boolean close() {
    if (given || !owners.compareAndSetLong(own, self, CLOSED)) {
      return false;
    }
    out.data.wakeAll();
    in.space.wakeAll();
    return owners.getLong(other) != self;
  }

  String describe() {
    long owner = owners.getLong(own);
    if (owner == CLOSED) {
      return "closed";
    }
    return owner == self ? "open" : "of process " + ProcessIdentity.pidOf(owner);
  }
}
