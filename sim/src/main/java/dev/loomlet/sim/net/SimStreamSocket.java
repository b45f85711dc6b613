package dev.loomlet.sim.net;

import dev.loomlet.Loomlet;
import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.sim.world.EventKind;
import dev.loomlet.sim.world.Machine;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection. It lives on after it was closed, until the other end has heard of it.
 */
final class SimStreamSocket extends SimDescriptor implements StreamSocket {
  /** How many bytes may be on their way or wait to be read. */
  static final int WINDOW = 64 * 1024;

  static final UnixDomainSocketAddress NAMELESS = UnixDomainSocketAddress.of("");

  private final SocketAddress local;
  private final SocketAddress remote;
  private final SocketOptions options = new SocketOptions();

  /** What has arrived and was not read: the first one from {@link #head} on. */
  private final ArrayDeque<byte[]> arrived = new ArrayDeque<>(4);

  private int head;
  private long available;

  /** Taken by the program and not told to the other end. */
  private int taken;

  private int credit = WINDOW;
  private boolean endArrived;
  private boolean inputShut;
  private boolean outputShut;

  /** Why nothing works any more; null if it does. */
  private @Nullable String broken;

  private @Nullable Wire wire;
  private @Nullable SimStreamSocket peer;

  SimStreamSocket(Fabric fabric, Machine machine, SocketAddress local, SocketAddress remote) {
    super(fabric, machine);
    this.local = local;
    this.remote = remote;
  }

  /** Makes two of them the ends of one connection. */
  static void join(SimStreamSocket one, SimStreamSocket other) {
    one.peer = other;
    other.peer = one;
    one.wire = new Wire(one, other);
    other.wire = new Wire(other, one);
  }

  /** Two on the machine whose code is running, connected with each other. */
  static List<SimStreamSocket> pair(Fabric fabric) throws IOException {
    NetStack stack = fabric.current();
    SimStreamSocket one = new SimStreamSocket(fabric, stack.machine, NAMELESS, NAMELESS);
    SimStreamSocket other = new SimStreamSocket(fabric, stack.machine, NAMELESS, NAMELESS);
    join(one, other);
    stack.opened(one);
    stack.opened(other);
    return List.of(one, other);
  }

  boolean isConnectedWith(Machine other) {
    SimStreamSocket connected = peer;
    return connected != null && broken == null && connected.machine == other;
  }

  @Override
  String describe() {
    return "the connection with "
        + (remote instanceof InetSocketAddress inet ? Fabric.text(inet) : "a Unix socket");
  }

  @Override
  boolean canRead() {
    return available > 0 || endArrived || inputShut || broken != null;
  }

  @Override
  boolean canWrite() {
    return credit > 0 || outputShut || broken != null;
  }

  // what comes from the other end

  void arrives(Packet packet) {
    if (!isAlive() || broken != null) {
      if (packet.kind == Packet.Kind.DATA || packet.kind == Packet.Kind.FIN) {
        answerReset();
      }
      return;
    }
    switch (packet.kind) {
      case DATA -> dataArrives(packet.data);
      case FIN -> {
        trace(EventKind.FIN, 0);
        endArrived = true;
        readableNow();
      }
      case RESET -> {
        trace(EventKind.RESET, 0);
        breakOff("connection reset by peer");
      }
      case WINDOW -> {
        credit += packet.amount;
        writableNow();
      }
    }
  }

  private void dataArrives(byte[] data) {
    trace(EventKind.DATA, data.length);
    if (!isOpen()) {
      answerReset();
      return;
    }
    if (inputShut) {
      return;
    }
    arrived.add(data);
    available += data.length;
    readableNow();
  }

  private void trace(EventKind kind, long amount) {
    SimStreamSocket sender = peer;
    fabric.world.trace().event(kind, sender == null ? null : sender.machine, machine, amount, "");
  }

  /** The other end talks to a connection that is not there any more. */
  private void answerReset() {
    SimStreamSocket sender = peer;
    if (sender == null || sender.broken != null || !machine.isUp() || !sender.isAlive()) {
      return;
    }
    broken = broken == null ? "closed" : broken;
    new NetTimer(fabric) {
      @Override
      void happen() {
        if (fabric.passes(machine, sender.machine)) {
          sender.arrives(Packet.reset());
        }
      }
    }.startAfter(fabric.travel(machine, sender.machine, 0));
  }

  private void breakOff(String why) {
    broken = why;
    if (wire != null) {
      wire.cut();
    }
    readableNow();
    writableNow();
  }

  /** Nothing has got through for too long. */
  void givenUp() {
    trace(EventKind.GIVEN_UP, 0);
    breakOff("connection timed out");
  }

  /** Somebody between both ends has torn the connection. */
  void resetFromOutside() {
    trace(EventKind.RESET, 0);
    SimStreamSocket other = peer;
    breakOff("connection reset by peer");
    if (other != null && other.isAlive()) {
      other.breakOff("connection reset by peer");
    }
  }

  /** This end is gone, and the other one is not told. */
  void forget() {
    trace(EventKind.RESET, 1);
    breakOff("connection reset by peer");
  }

  // reading

  @Override
  public int read(MemorySegment target, long offset, int length, long timeoutNanos)
      throws IOException {
    beginRead();
    delayRead();
    if (!awaitInput(timeoutNanos)) {
      return -1;
    }
    int wanted = fabric.portion((int) Math.min(length, available));
    int done = 0;
    while (done < wanted) {
      done += takeFromFirst(target, offset + done, wanted - done);
    }
    tellTaken(done);
    return done;
  }

  @Override
  public @Nullable Chunk receive(long timeoutNanos) throws IOException {
    beginRead();
    delayRead();
    if (!awaitInput(timeoutNanos)) {
      return null;
    }
    Chunk chunk = fabric.chunks().take();
    ByteBuffer room = chunk.buffer();
    MemorySegment segment = MemorySegment.ofBuffer(room);
    int wanted = fabric.portion((int) Math.min(Chunk.CAPACITY, available));
    int done = 0;
    while (done < wanted) {
      done += takeFromFirst(segment, done, wanted - done);
    }
    room.limit(done);
    tellTaken(done);
    return chunk;
  }

  private void delayRead() {
    long delay = fabric.stack(machine).readDelayNanos;
    if (delay > 0) {
      Loomlet.sleep(Duration.ofNanos(delay));
    }
  }

  /** Waits until there is something to read; false at the end of the stream. */
  private boolean awaitInput(long timeoutNanos) throws IOException {
    long deadline = 0;
    while (true) {
      if (inputShut) {
        return false;
      }
      if (available > 0) {
        return true;
      }
      if (endArrived) {
        return false;
      }
      if (broken != null) {
        throw new SocketException("read from " + describe() + ": " + broken);
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "read");
    }
  }

  private int takeFromFirst(MemorySegment target, long offset, int most) {
    byte[] first = arrived.element();
    int n = Math.min(most, first.length - head);
    MemorySegment.copy(first, head, target, ValueLayout.JAVA_BYTE, offset, n);
    head += n;
    available -= n;
    if (head == first.length) {
      arrived.remove();
      head = 0;
    }
    return n;
  }

  /** Lets the other end send more, now and then. */
  private void tellTaken(int bytes) {
    taken += bytes;
    Wire own = wire;
    if (taken >= WINDOW / 4 && own != null && broken == null) {
      own.send(Packet.window(taken));
      taken = 0;
    }
  }

  // writing

  @Override
  public void write(MemorySegment source, long offset, int length, long timeoutNanos)
      throws IOException {
    beginWrite();
    long deadline = 0;
    int done = 0;
    while (done < length) {
      requireWritable();
      if (credit > 0) {
        done += send(source, offset + done, length - done);
        continue;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitWritable(deadline, timeoutNanos, "write");
    }
  }

  /** Writes what there is room for, and does not wait; how many bytes, 0 if there is no room. */
  int writeSome(MemorySegment source) throws IOException {
    begin();
    requireWritable();
    return credit > 0 ? send(source, 0, (int) source.byteSize()) : 0;
  }

  /** How many bytes have arrived and were not read. */
  int available() {
    return inputShut ? 0 : (int) Math.min(Integer.MAX_VALUE, available);
  }

  @Override
  public void write(Chunk chunk, long timeoutNanos) throws IOException {
    ByteBuffer buffer = chunk.buffer();
    write(MemorySegment.ofBuffer(buffer), 0, buffer.remaining(), timeoutNanos);
    buffer.position(buffer.limit());
  }

  @Override
  public int writeNow(MemorySegment source, long offset, int length) {
    return isOpen() && broken == null && !outputShut && credit > 0
        ? send(source, offset, length)
        : 0;
  }

  private void requireWritable() throws SocketException {
    if (broken != null) {
      throw new SocketException("write to " + describe() + ": " + broken);
    }
    if (outputShut) {
      throw new SocketException("write to " + describe() + ": broken pipe");
    }
  }

  private int send(MemorySegment source, long offset, int length) {
    int n = fabric.portion(Math.min(length, credit));
    byte[] data = new byte[n];
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, data, 0, n);
    credit -= n;
    Wire own = wire;
    if (own != null) {
      own.send(Packet.data(data));
    }
    return n;
  }

  @Override
  public void shutdownInput() throws IOException {
    requireOpen();
    inputShut = true;
    readableNow();
  }

  @Override
  public void shutdownOutput() throws IOException {
    requireOpen();
    sendEnd();
    writableNow();
  }

  private void sendEnd() {
    Wire own = wire;
    if (!outputShut && own != null && broken == null) {
      own.send(Packet.fin());
    }
    outputShut = true;
  }

  @Override
  public void close() {
    Wire own = wire;
    boolean rude = available > 0 || options.get(StandardSocketOptions.SO_LINGER) == 0;
    if (!markClosed() || own == null || broken != null) {
      return;
    }
    if (rude) {
      own.send(Packet.reset());
      broken = "closed";
    } else {
      sendEnd();
    }
  }

  /** Closes it so that the other end is told of an error. */
  void abort() {
    Wire own = wire;
    if (markClosed() && own != null && broken == null) {
      own.send(Packet.reset());
      broken = "closed";
    }
  }

  // the rest

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public SocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    requireOpen();
    options.set(option, value);
  }

  @Override
  public <T> T getOption(SocketOption<T> option) throws IOException {
    requireOpen();
    return options.get(option);
  }
}
