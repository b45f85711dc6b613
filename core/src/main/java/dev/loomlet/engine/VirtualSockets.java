package dev.loomlet.engine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What an engine without a kernel answers in the place of one, where the JDK's own sockets,
 * channels and selectors would make system calls: those of socket(7), epoll(7) and eventfd(2).
 *
 * <p>Sockets have numbers, as descriptors have, which begin where no descriptor of the machine can
 * be. A number means one socket, in one simulation, and is not used again. No operation waits but
 * {@link #await}; whoever is told {@link #UNAVAILABLE} waits there and tries again.
 *
 * <p>For virtual threads of the engine's loop.
 */
public interface VirtualSockets {
  /** The first number; descriptors of a machine are smaller. */
  int FIRST_NUMBER = 1 << 29;

  /** From operations: it cannot be done without waiting. */
  int UNAVAILABLE = -2;

  /** From {@link #read}: the end of the stream. */
  int END = -1;

  /** Kinds of sockets. */
  enum Kind {
    /** Connections by TCP, or a listener for them. */
    STREAM,
    /** Datagrams by UDP. */
    DATAGRAMS,
    /** Connections between programs of one host. */
    UNIX
  }

  /** Whether a number is of a socket here, and not of the machine's. */
  static boolean isNumber(int number) {
    return number >= FIRST_NUMBER;
  }

  /** The memory at an address, which must be there as long as the segment is used. */
  static MemorySegment memory(long address, long length) {
    return MemorySegment.ofAddress(address).reinterpret(length);
  }

  // sockets

  /** Makes a socket. */
  int open(Kind kind) throws IOException;

  /** Makes two Unix sockets that are connected with each other. */
  List<Integer> openPair() throws IOException;

  /**
   * Takes an address.
   *
   * @param address of this host, with port 0 for any free one
   */
  void bind(int number, SocketAddress address) throws IOException;

  /** Starts to listen at the address that it is bound to. */
  void listen(int number, int backlog) throws IOException;

  /**
   * Begins to connect; for datagrams, chooses the peer.
   *
   * @return whether it is connected already; else it is under way
   */
  boolean connect(int number, SocketAddress address) throws IOException;

  /**
   * Whether what {@link #connect} has begun is done.
   *
   * @throws java.net.ConnectException if it has failed
   */
  boolean finishConnect(int number) throws IOException;

  /** Has a socket for datagrams forget its peer. */
  void disconnect(int number) throws IOException;

  /** Takes the next connection; its number, or {@link #UNAVAILABLE}. */
  int accept(int number) throws IOException;

  /** Reads what there is: how many bytes, {@link #END}, or {@link #UNAVAILABLE}. */
  int read(int number, MemorySegment target) throws IOException;

  /** Writes what there is room for: how many bytes, or {@link #UNAVAILABLE}. */
  int write(int number, MemorySegment source) throws IOException;

  /** How many bytes have arrived. */
  int available(int number) throws IOException;

  /**
   * Receives one datagram: its length, with what does not fit cut off, or {@link #UNAVAILABLE}. Who
   * has sent it, {@link #sender} says.
   */
  int receive(int number, MemorySegment target) throws IOException;

  /** Who has sent the datagram that was received last. */
  @Nullable InetSocketAddress sender(int number);

  /**
   * Sends one datagram.
   *
   * @param target null for the peer
   */
  int send(int number, MemorySegment source, @Nullable InetSocketAddress target) throws IOException;

  /** Begins, or ends, to receive what is sent to a group. */
  void receiveGroup(int number, InetAddress group, boolean join) throws IOException;

  /** Ends reading, writing, or both. */
  void shutDown(int number, boolean reading, boolean writing) throws IOException;

  /** This side's address; null if it has none. */
  @Nullable SocketAddress localAddress(int number) throws IOException;

  /** The peer's address; null if it has none. */
  @Nullable SocketAddress remoteAddress(int number) throws IOException;

  /** Sets an option, by the numbers of setsockopt(2) on Linux. */
  void setOption(int number, int level, int option, int value) throws IOException;

  /** What an option is, or was last set to. */
  int option(int number, int level, int option) throws IOException;

  /** Gives one number's socket to another one, whose own is closed (dup2(2)). */
  void replace(int number, int other) throws IOException;

  /** Frees what has a number here. Does nothing when repeated. */
  void close(int number);

  // waiting

  /**
   * What a number is ready for at this moment.
   *
   * @param interest {@link Watchable#READ}, {@link Watchable#WRITE} or both
   * @return those that hold
   */
  int readyFor(int number, int interest);

  /**
   * Makes the calling thread wait until a number is ready, it is interrupted, unparked or
   * {@linkplain #stop stopped}, or the time is over; may end without reason.
   *
   * @param interest {@link Watchable#READ} or {@link Watchable#WRITE}
   * @param nanos how long at most, by the loop's clock; 0 for no limit
   * @param open whether its owner has not closed it; asked when a {@link #stop} would find the
   *     waiter
   * @throws dev.loomlet.Cancelled if the caller was cancelled, or is so meanwhile
   */
  void await(int number, int interest, long nanos, BooleanSupplier open);

  /** Ends the waits for a number. */
  void stop(int number, int interest);

  // selectors

  /** Makes a selector, which is ready to read when something in it is ready. */
  int openSelector() throws IOException;

  /**
   * Has a selector look at a number, or not.
   *
   * @param interest as of {@link #readyFor}; 0 for no longer
   */
  void select(int selector, int number, int interest);

  /** Takes what a selector has found. */
  @FunctionalInterface
  interface Found {
    /** One that is ready, for what. */
    void take(int number, int ready);
  }

  /**
   * Asks a selector.
   *
   * @param most how many are wanted at most
   * @return how many were ready
   */
  int selectNow(int selector, int most, Found found) throws IOException;

  /** Makes something that is ready to read from a {@link #signal} until it is {@link #clear}ed. */
  int openSignal() throws IOException;

  /** Makes it ready. */
  void signal(int number);

  /** Makes it not ready; whether it was. */
  boolean clear(int number);
}
