package dev.loomlet.process;

import dev.loomlet.wait.TimeLimit;
import dev.loomlet.wait.Waiter;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection between two processes, for messages both ways: Python's {@code
 * multiprocessing.Pipe}. Capture one end in the lambda of a child, and keep the other.
 *
 * {@snippet :
 * List<Connection<String>> ends = Connection.pair(String.class);
 * Connection<String> mine = ends.get(0);
 * Connection<String> others = ends.get(1);
 * JavaProcess.start(() -> others.send("hello"));
 * String hello = mine.receive();
 * }
 *
 * <p>An end belongs to one process at a time. Whoever is sent one takes it over; the one who sent
 * it cannot use it any more, and need not close it. Hence there is an end of the stream when the
 * other side has closed its end or its process has ended, whichever way; a death is noticed within
 * a second. An end that was sent, and that nobody takes over, ends with the process that sent it.
 *
 * <p>Messages go through two rings of shared memory; one that is longer than a ring goes in pieces.
 * Waiting lets the loop go on. Any number of greenlets and threads of the process may send and
 * receive; each message is whole. There is no descriptor; to wait for several things see {@link
 * Waitable}.
 *
 * @param <T> the objects, never null
 */
public final class Connection<T> extends SharedWords implements Waitable {
  private static final long serialVersionUID = 1;
  private static final int RING = 1 << 16;
  private static final int SIDE = ByteRing.HEADER + RING;

  /** The process that has an end; 0 once it is closed. */
  private static final int OWNERS = 2 * SIDE;

  private static final int SIZE = OWNERS + 2 * LINE;

  private final int side;
  private final MessageFormat<T> format;

  /** Who sends it. */
  private long from;

  private transient ConnectionEnd end;

  private Connection(SharedMemory memory, int side, MessageFormat<T> format) {
    super(memory, 0, SIZE);
    this.side = side;
    this.format = format;
    words().setLong(owner(side), ProcessIdentity.own());
    this.end = ownEnd();
  }

  /**
   * Makes two that are connected with each other, with the {@linkplain MessageFormat#of format}
   * that suits the class.
   *
   * @throws IOException if there is no shared memory left
   */
  public static <T> List<Connection<T>> pair(Class<T> type) throws IOException {
    return pair(MessageFormat.of(type));
  }

  /** As {@link #pair(Class)}, with a format. */
  public static <T> List<Connection<T>> pair(MessageFormat<T> format) throws IOException {
    SharedMemory memory = SharedMemory.create(SIZE);
    return List.of(new Connection<>(memory, 0, format), new Connection<>(memory, 1, format));
  }

  private static int owner(int side) {
    return OWNERS + side * LINE;
  }

  private ConnectionEnd ownEnd() {
    ByteRing[] rings = new ByteRing[2];
    for (int i = 0; i < 2; i++) {
      rings[i] = new ByteRing(words().at((long) i * SIDE, SIDE), RING);
    }
    Words owners = words().at(OWNERS, 2L * LINE);
    return memory()
        .local(
            owner(side),
            ConnectionEnd.class,
            () ->
                new ConnectionEnd(
                    rings[side], rings[1 - side], owners, side * LINE, (1 - side) * LINE));
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    from = ProcessIdentity.own();
    end.give();
    out.defaultWriteObject();
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    requireSize(SIZE);
    if ((side != 0 && side != 1) || format == null) {
      throw new InvalidObjectException("the parts of a connection do not fit");
    }
    long self = ProcessIdentity.own();
    if (!words().compareAndSetLong(owner(side), from, self)) {
      throw new InvalidObjectException(
          "this end of a connection is closed, or another process has taken it over");
    }
    end = ownEnd();
    end.taken();
  }

  /**
   * Sends an object. Waits while the other side is slow.
   *
   * @throws UnserializableException if the format cannot write it
   * @throws IOException if the other side is gone, or this end is closed or was given away
   * @throws dev.loomlet.Cancelled if the caller is cancelled. If a part of it was sent already,
   *     nothing more can be, and the other side hears that it is not whole
   */
  public void send(T object) throws IOException {
    end.send(format.write(Objects.requireNonNull(object)));
  }

  /** As {@link #send}, bytes without the format. */
  public void sendBytes(byte[] message) throws IOException {
    end.send(message);
  }

  /**
   * Receives an object. Waits for one.
   *
   * @return null if the other side has closed its end, or its process has ended
   * @throws IOException if what comes is no object or not whole, or this end is closed or was given
   *     away
   * @throws dev.loomlet.Cancelled if the caller is cancelled; nothing is lost
   */
  public @Nullable T receive() throws IOException {
    byte[] message = end.receive();
    return message == null ? null : format.read(message);
  }

  /** As {@link #receive}, bytes without the format. */
  public byte @Nullable [] receiveBytes() throws IOException {
    return end.receive();
  }

  /**
   * Waits until there is something to receive, if only the end of the stream; for a limited time.
   *
   * @param timeout 0 or less to look only
   * @return whether there is
   * @throws IOException if this end is closed or was given away
   * @throws dev.loomlet.Cancelled if the caller is cancelled or interrupted
   */
  public boolean poll(Duration timeout) throws IOException {
    return end.poll(TimeLimit.toNanos(timeout));
  }

  /** Whether there is something to receive, if only the end of the stream. */
  @Override
  public boolean isReady() {
    return end.isReady();
  }

  @Override
  public void awaitReady() {
    boolean _ = end.awaitReady(Waiter.FOREVER);
  }

  /**
   * Closes this end: the other side receives what was sent, and then the end of the stream. Does
   * nothing if it was given away. Does not wait.
   */
  @Override
  public void close() {
    if (end.close()) {
      super.close();
    }
  }

  @Override
  public String toString() {
    return "Connection[" + end.describe() + "]";
  }
}
