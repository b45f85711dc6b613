package dev.loomlet.sim.net;

import dev.loomlet.engine.ListenOptions;
import dev.loomlet.engine.VirtualSockets;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The JDK's sockets and selectors in a simulation: numbers, and what is behind them. */
final class SimSockets implements VirtualSockets {
  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEADDR = 2;
  private static final int SO_ERROR = 4;
  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SO_LINGER = 13;
  private static final int SO_REUSEPORT = 15;

  /** For all simulations, so that what is left over from one is not taken for another's. */
  private static final AtomicInteger NEXT = new AtomicInteger(FIRST_NUMBER);

  private final Fabric fabric;
  private final Map<Integer, NumberedSocket> known = new HashMap<>();

  SimSockets(Fabric fabric) {
    this.fabric = fabric;
  }

  // sockets

  private int add(Kind kind, SimDescriptor descriptor) {
    int number = NEXT.getAndUpdate(each -> each == Integer.MAX_VALUE ? FIRST_NUMBER : each + 1);
    known.put(number, new NumberedSocket(fabric, number, kind, descriptor));
    return number;
  }

  private NumberedSocket find(int number) throws SocketException {
    NumberedSocket found = known.get(number);
    if (found == null) {
      throw new SocketException(
          "this socket belongs to a simulation, and is of no use outside of it");
    }
    return found;
  }

  private <T extends SimDescriptor> T find(int number, Class<T> type, String otherwise)
      throws SocketException {
    SimDescriptor descriptor = find(number).descriptor();
    if (!type.isInstance(descriptor)) {
      throw new SocketException(otherwise);
    }
    return type.cast(descriptor);
  }

  private SimStreamSocket connection(int number) throws SocketException {
    return find(number, SimStreamSocket.class, "not connected");
  }

  private SimMessageSocket messages(int number) throws SocketException {
    return find(number, SimMessageSocket.class, "not a socket for datagrams");
  }

  @Override
  public int open(Kind kind) throws IOException {
    return add(
        kind,
        kind == Kind.DATAGRAMS
            ? new SimMessageSocket(fabric, StandardProtocolFamily.INET)
            : new Unconnected(fabric));
  }

  @Override
  public List<Integer> openPair() throws IOException {
    List<SimStreamSocket> pair = SimStreamSocket.pair(fabric);
    return List.of(add(Kind.UNIX, pair.getFirst()), add(Kind.UNIX, pair.getLast()));
  }

  @Override
  public void bind(int number, SocketAddress address) throws IOException {
    NumberedSocket socket = find(number);
    if (socket.kind() == Kind.DATAGRAMS) {
      messages(number).bind(address);
      return;
    }
    if (socket.kind() == Kind.UNIX) {
      socket.bound(address);
      return;
    }
    InetSocketAddress wanted = (InetSocketAddress) address;
    NetStack stack = fabric.current();
    if (!fabric.isLocal(wanted.getAddress(), stack.machine)) {
      throw cannotBind(wanted, "address not available on host " + stack.machine.name());
    }
    if (wanted.getPort() == 0) {
      wanted = new InetSocketAddress(wanted.getAddress(), stack.freePort());
    }
    boolean shared = isSet(socket, SO_REUSEADDR) || isSet(socket, SO_REUSEPORT);
    if (!stack.choosePort(wanted.getPort()) && !shared) {
      throw cannotBind(wanted, "address already in use");
    }
    socket.bound(wanted);
  }

  private static BindException cannotBind(InetSocketAddress address, String why) {
    return new BindException("cannot bind to " + Fabric.text(address) + ": " + why);
  }

  private static boolean isSet(NumberedSocket socket, int option) {
    return socket.option(SOL_SOCKET, option, 0) != 0;
  }

  @Override
  public void listen(int number, int backlog) throws IOException {
    NumberedSocket socket = find(number);
    SocketAddress address = socket.bound();
    if (address == null) {
      throw new SocketException("not bound");
    }
    ListenOptions options =
        new ListenOptions(
            Math.max(1, backlog), isSet(socket, SO_REUSEADDR), isSet(socket, SO_REUSEPORT));
    socket.descriptor().close();
    socket.become(
        address instanceof UnixDomainSocketAddress path
            ? SimListenSocket.on(fabric, path, options)
            : SimListenSocket.on(fabric, (InetSocketAddress) address, options));
  }

  @Override
  public boolean connect(int number, SocketAddress address) throws IOException {
    NumberedSocket socket = find(number);
    if (socket.kind() == Kind.DATAGRAMS) {
      messages(number).connect(address);
      return true;
    }
    fabric.context().checkCancelled();
    find(number, Unconnected.class, "already connected").close();
    if (address instanceof UnixDomainSocketAddress path) {
      socket.become(SimListenSocket.connect(fabric, path));
      return true;
    }
    socket.become(
        Handshake.begin(fabric, (InetSocketAddress) address, (InetSocketAddress) socket.bound()));
    return false;
  }

  @Override
  public boolean finishConnect(int number) throws IOException {
    NumberedSocket socket = find(number);
    if (!(socket.descriptor() instanceof Handshake handshake)) {
      return true;
    }
    if (!handshake.isOver()) {
      return false;
    }
    SimStreamSocket connection = handshake.finish();
    socket.become(connection);
    setLinger(socket, connection);
    return true;
  }

  private static void setLinger(NumberedSocket socket, SimStreamSocket connection)
      throws IOException {
    connection.setOption(StandardSocketOptions.SO_LINGER, socket.option(SOL_SOCKET, SO_LINGER, -1));
  }

  @Override
  public void disconnect(int number) throws IOException {
    messages(number).disconnect();
  }

  @Override
  public int accept(int number) throws IOException {
    SimListenSocket listener = find(number, SimListenSocket.class, "not listening");
    if (!listener.canRead()) {
      listener.begin();
      return UNAVAILABLE;
    }
    return add(find(number).kind(), ((SimAccepted) listener.accept(0)).socket());
  }

  @Override
  public int read(int number, MemorySegment target) throws IOException {
    if (find(number).kind() == Kind.DATAGRAMS) {
      return receive(number, target);
    }
    SimStreamSocket from = connection(number);
    if (from.canRead()) {
      return from.read(target, 0, (int) target.byteSize(), 0);
    }
    // Who asks again and again without waiting is to find out that time stands still.
    from.begin();
    return UNAVAILABLE;
  }

  @Override
  public int write(int number, MemorySegment source) throws IOException {
    if (find(number).kind() == Kind.DATAGRAMS) {
      return send(number, source, null);
    }
    int written = connection(number).writeSome(source);
    return written == 0 ? UNAVAILABLE : written;
  }

  @Override
  public int available(int number) throws IOException {
    return connection(number).available();
  }

  @Override
  public int receive(int number, MemorySegment target) throws IOException {
    SimMessageSocket from = messages(number);
    if (!from.canRead()) {
      from.begin();
      return UNAVAILABLE;
    }
    int room = (int) target.byteSize();
    return Math.min(room, from.receive(target, 0, room, 0));
  }

  @Override
  public @Nullable InetSocketAddress sender(int number) {
    NumberedSocket socket = known.get(number);
    return socket != null && socket.descriptor() instanceof SimMessageSocket from
        ? (InetSocketAddress) from.sender()
        : null;
  }

  @Override
  public int send(int number, MemorySegment source, @Nullable InetSocketAddress target)
      throws IOException {
    int length = (int) source.byteSize();
    messages(number).send(source, 0, length, target, 0);
    return length;
  }

  @Override
  public void receiveGroup(int number, InetAddress group, boolean join) throws IOException {
    if (join) {
      messages(number).join(group, null, null);
    } else {
      messages(number).leave(group, null, null);
    }
  }

  @Override
  public void shutDown(int number, boolean reading, boolean writing) throws IOException {
    SimStreamSocket connection = connection(number);
    if (reading) {
      connection.shutdownInput();
    }
    if (writing) {
      connection.shutdownOutput();
    }
  }

  @Override
  public @Nullable SocketAddress localAddress(int number) throws IOException {
    NumberedSocket socket = find(number);
    return switch (socket.descriptor()) {
      case SimStreamSocket connection -> connection.localAddress();
      case SimListenSocket listener -> listener.localAddress();
      case SimMessageSocket messages -> messages.localAddress();
      case Handshake handshake -> handshake.localAddress();
      default -> socket.bound();
    };
  }

  @Override
  public @Nullable SocketAddress remoteAddress(int number) throws IOException {
    return switch (find(number).descriptor()) {
      case SimStreamSocket connection -> connection.remoteAddress();
      case SimMessageSocket messages -> messages.remoteAddress();
      default -> null;
    };
  }

  @Override
  public void setOption(int number, int level, int option, int value) throws IOException {
    NumberedSocket socket = find(number);
    socket.setOption(level, option, value);
    if (level == SOL_SOCKET && option == SO_LINGER) {
      if (socket.descriptor() instanceof SimStreamSocket connection) {
        setLinger(socket, connection);
      }
    } else if (level == SOL_SOCKET && socket.descriptor() instanceof SimMessageSocket messages) {
      if (option == SO_REUSEADDR) {
        messages.setOption(StandardSocketOptions.SO_REUSEADDR, value != 0);
      } else if (option == SO_REUSEPORT) {
        messages.setOption(StandardSocketOptions.SO_REUSEPORT, value != 0);
      }
    }
  }

  @Override
  public int option(int number, int level, int option) throws IOException {
    int atFirst =
        switch (level == SOL_SOCKET ? option : SO_ERROR) {
          case SO_LINGER -> -1;
          case SO_SNDBUF, SO_RCVBUF -> SimStreamSocket.WINDOW;
          default -> 0;
        };
    return find(number).option(level, option, atFirst);
  }

  @Override
  public void replace(int number, int other) throws IOException {
    NumberedSocket replaced = find(other);
    SimDescriptor before = replaced.descriptor();
    NumberedSocket source = find(number);
    SimDescriptor next = source.descriptor();
    source.become(new Unconnected(fabric));
    replaced.become(next);
    before.close();
  }

  @Override
  public void close(int number) {
    NumberedSocket socket = known.remove(number);
    if (socket == null) {
      return;
    }
    for (SimSelector each : List.copyOf(socket.selectors())) {
      each.forget(socket);
    }
    if (socket.bound() instanceof InetSocketAddress address) {
      fabric.stack(socket.descriptor().machine).releasePort(address.getPort());
    }
    if (socket.descriptor() instanceof Handshake handshake) {
      handshake.giveUp();
    } else {
      socket.descriptor().close();
    }
  }

  // waiting

  @Override
  public int readyFor(int number, int interest) {
    NumberedSocket socket = known.get(number);
    return socket == null ? interest : socket.readyFor(interest);
  }

  @Override
  public void await(int number, int interest, long nanos, BooleanSupplier open) {
    NumberedSocket socket = known.get(number);
    if (socket != null && !socket.await(interest, nanos, open)) {
      throw fabric.world.escape(
          "waiting for a socket where the thread of the loop cannot be left, in a static"
              + " initialiser or below a native method,");
    }
  }

  @Override
  public void stop(int number, int interest) {
    NumberedSocket socket = known.get(number);
    if (socket != null) {
      socket.stop(interest);
    }
  }

  // selectors

  @Override
  public int openSelector() throws IOException {
    return add(Kind.UNIX, new SimSelector(fabric));
  }

  @Override
  public void select(int selector, int number, int interest) {
    NumberedSocket socket = known.get(number);
    NumberedSocket by = known.get(selector);
    if (socket != null && by != null && by.descriptor() instanceof SimSelector found) {
      found.look(socket, interest);
    }
  }

  @Override
  public int selectNow(int selector, int most, Found found) throws IOException {
    return find(selector, SimSelector.class, "not a selector").select(most, found);
  }

  @Override
  public int openSignal() {
    return add(Kind.UNIX, new SimSignal(fabric));
  }

  @Override
  public void signal(int number) {
    NumberedSocket socket = known.get(number);
    if (socket != null && socket.descriptor() instanceof SimSignal signal) {
      signal.signal();
    }
  }

  @Override
  public boolean clear(int number) {
    NumberedSocket socket = known.get(number);
    return socket != null && socket.descriptor() instanceof SimSignal signal && signal.clear();
  }
}
