package dev.loomlet.sim.net;

import dev.loomlet.engine.MessageSocket;
import dev.loomlet.sim.world.EventKind;
import dev.loomlet.sim.world.Machine;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A socket for datagrams of UDP. */
final class SimMessageSocket extends SimDescriptor implements MessageSocket {
  /** How many bytes wait to be received at most; what comes then is lost (udp(7): rmem_default). */
  private static final int ROOM = 212_992;

  private final NetStack stack;
  private final SocketOptions options = new SocketOptions();
  private final ArrayDeque<Received> received = new ArrayDeque<>();
  private final Set<InetAddress> groups = new LinkedHashSet<>();
  private int waitingBytes;
  private InetSocketAddress local;
  private boolean bound;
  private @Nullable InetSocketAddress remote;
  private @Nullable InetSocketAddress lastSender;

  /** Whether the peer of this connected socket has said that nobody listens there. */
  private boolean unreachable;

  private static final class Received {
    final byte[] data;
    final InetSocketAddress sender;

    Received(byte[] data, InetSocketAddress sender) {
      this.data = data;
      this.sender = sender;
    }
  }

  SimMessageSocket(Fabric fabric, StandardProtocolFamily family) throws IOException {
    super(fabric, fabric.current().machine);
    this.stack = fabric.current();
    boolean v6 = family == StandardProtocolFamily.INET6;
    this.local = new InetSocketAddress(InetAddress.ofLiteral(v6 ? "::" : "0.0.0.0"), 0);
    stack.opened(this);
  }

  @Override
  public void bind(SocketAddress address) throws IOException {
    InetSocketAddress wanted = (InetSocketAddress) address;
    if (!fabric.isLocal(wanted.getAddress(), machine)
        && !wanted.getAddress().isMulticastAddress()) {
      throw refused(wanted, "address not available on host " + machine.name());
    }
    int port = wanted.getPort() == 0 ? stack.freePort() : wanted.getPort();
    for (SimMessageSocket other : stack.messages(port)) {
      boolean clash =
          Fabric.covers(other.local.getAddress(), wanted.getAddress())
              || Fabric.covers(wanted.getAddress(), other.local.getAddress());
      if (clash && !shares(other)) {
        throw refused(wanted, "address already in use");
      }
    }
    local = new InetSocketAddress(wanted.getAddress(), port);
    bound = true;
    stack.add(port, this);
  }

  private boolean shares(SimMessageSocket other) {
    return (reuses(StandardSocketOptions.SO_REUSEADDR)
            && other.reuses(StandardSocketOptions.SO_REUSEADDR))
        || (reuses(StandardSocketOptions.SO_REUSEPORT)
            && other.reuses(StandardSocketOptions.SO_REUSEPORT));
  }

  private boolean reuses(SocketOption<Boolean> option) {
    return options.get(option);
  }

  private static BindException refused(InetSocketAddress address, String why) {
    return new BindException("cannot bind to " + Fabric.text(address) + ": " + why);
  }

  private void bindIfNeeded() throws IOException {
    if (!bound) {
      bind(local);
    }
  }

  @Override
  public void connect(SocketAddress address) throws IOException {
    requireOpen();
    bindIfNeeded();
    InetSocketAddress peer = (InetSocketAddress) address;
    remote = peer;
    received.removeIf(each -> !each.sender.equals(peer));
    waitingBytes = received.stream().mapToInt(each -> each.data.length).sum();
  }

  /** Forgets its peer. */
  void disconnect() throws SocketException {
    requireOpen();
    remote = null;
    unreachable = false;
  }

  // receiving

  private Received next(long timeoutNanos) throws IOException {
    beginRead();
    bindIfNeeded();
    long deadline = 0;
    while (true) {
      throwIfUnreachable();
      Received datagram = received.poll();
      if (datagram != null) {
        waitingBytes -= datagram.data.length;
        lastSender = datagram.sender;
        return datagram;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "receive");
    }
  }

  private void throwIfUnreachable() throws PortUnreachableException {
    if (unreachable) {
      unreachable = false;
      InetSocketAddress peer = remote;
      throw new PortUnreachableException(
          describe()
              + (peer == null ? "" : ", connected to " + Fabric.text(peer))
              + ": connection refused");
    }
  }

  @Override
  public int receive(MemorySegment target, long offset, int length, long timeoutNanos)
      throws IOException {
    byte[] data = next(timeoutNanos).data;
    MemorySegment.copy(
        data, 0, target, ValueLayout.JAVA_BYTE, offset, Math.min(length, data.length));
    return data.length;
  }

  @Override
  public byte[] receive(long timeoutNanos) throws IOException {
    return next(timeoutNanos).data;
  }

  @Override
  public @Nullable SocketAddress sender() {
    return lastSender;
  }

  // sending

  @Override
  public void send(
      MemorySegment source,
      long offset,
      int length,
      @Nullable SocketAddress target,
      long timeoutNanos)
      throws IOException {
    begin();
    bindIfNeeded();
    throwIfUnreachable();
    InetSocketAddress to = target == null ? remote : (InetSocketAddress) target;
    if (to == null) {
      throw new SocketException(describe() + ": not connected, and no target given");
    }
    byte[] data = new byte[length];
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, data, 0, length);
    if (to.getAddress().isMulticastAddress()) {
      for (SimMessageSocket each : List.copyOf(fabric.groupMembers())) {
        if (each.groups.contains(to.getAddress()) && each.local.getPort() == to.getPort()) {
          launch(data, to, each.machine);
        }
      }
      return;
    }
    Machine receiver = fabric.machineOf(to.getAddress(), machine);
    if (receiver == null) {
      throw new NoRouteToHostException(
          "cannot send to " + Fabric.text(to) + ": no host of the simulation has it");
    }
    launch(data, to, receiver);
  }

  private void launch(byte[] data, InetSocketAddress to, Machine receiver) {
    Link link = fabric.link(machine, receiver);
    if (fabric.chance(link.loss())) {
      fabric.world.trace().event(EventKind.LOST, machine, receiver, data.length, "");
      return;
    }
    fly(data, to, receiver);
    if (fabric.chance(link.duplication())) {
      fabric.world.trace().event(EventKind.DOUBLED, machine, receiver, data.length, "");
      fly(data, to, receiver);
    }
  }

  private void fly(byte[] data, InetSocketAddress to, Machine receiver) {
    InetAddress source =
        local.getAddress().isAnyLocalAddress()
            ? (receiver == machine && to.getAddress().isLoopbackAddress()
                ? to.getAddress()
                : machine.address())
            : local.getAddress();
    InetSocketAddress from = new InetSocketAddress(source, local.getPort());
    new NetTimer(fabric) {
      @Override
      void happen() {
        arrive(data, from, to, receiver);
      }
    }.startAfter(fabric.travel(machine, receiver, data.length));
  }

  private void arrive(byte[] data, InetSocketAddress from, InetSocketAddress to, Machine receiver) {
    if (!fabric.passes(machine, receiver)) {
      fabric.world.trace().event(EventKind.LOST, machine, receiver, data.length, "");
      return;
    }
    boolean taken = false;
    for (SimMessageSocket each : fabric.stack(receiver).messages(to.getPort())) {
      if (each.wants(from, to)) {
        taken = true;
        each.take(data, from, this);
        if (!to.getAddress().isMulticastAddress()) {
          break;
        }
      }
    }
    if (!taken && remote != null) {
      answerUnreachable(receiver);
    }
  }

  /** ICMP: port unreachable. Only a connected socket is told (udp(7)). */
  private void answerUnreachable(Machine receiver) {
    fabric.world.trace().event(EventKind.UNREACHABLE, receiver, machine, 0, "");
    new NetTimer(fabric) {
      @Override
      void happen() {
        if (isAlive() && isOpen() && fabric.passes(receiver, machine)) {
          unreachable = true;
          readableNow();
        }
      }
    }.startAfter(fabric.travel(receiver, machine, 0));
  }

  private boolean wants(InetSocketAddress from, InetSocketAddress to) {
    boolean addressed =
        to.getAddress().isMulticastAddress()
            ? groups.contains(to.getAddress())
            : Fabric.covers(local.getAddress(), to.getAddress());
    return addressed && (remote == null || remote.equals(from));
  }

  private void take(byte[] data, InetSocketAddress from, SimMessageSocket sender) {
    if (waitingBytes + data.length > ROOM) {
      fabric.world.trace().event(EventKind.LOST, sender.machine, machine, data.length, "no room");
      return;
    }
    fabric.world.trace().event(EventKind.DATAGRAM, sender.machine, machine, data.length, "");
    received.add(new Received(data, from));
    waitingBytes += data.length;
    readableNow();
  }

  // the rest

  @Override
  public void join(
      InetAddress group, @Nullable NetworkInterface network, @Nullable InetAddress source)
      throws IOException {
    requireOpen();
    bindIfNeeded();
    if (groups.isEmpty()) {
      fabric.groupMembers().add(this);
    }
    groups.add(group);
  }

  @Override
  public void leave(
      InetAddress group, @Nullable NetworkInterface network, @Nullable InetAddress source)
      throws IOException {
    requireOpen();
    groups.remove(group);
    if (groups.isEmpty()) {
      fabric.groupMembers().remove(this);
    }
  }

  @Override
  boolean canRead() {
    return !received.isEmpty() || unreachable;
  }

  @Override
  boolean canWrite() {
    return true;
  }

  @Override
  String describe() {
    return "the UDP socket on " + Fabric.text(local);
  }

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public @Nullable SocketAddress remoteAddress() {
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

  @Override
  public void close() {
    if (markClosed()) {
      stack.remove(local.getPort(), this);
      fabric.groupMembers().remove(this);
    }
  }
}
