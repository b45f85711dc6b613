package dev.loomlet.sim.net;

import dev.loomlet.engine.AcceptedSocket;
import dev.loomlet.engine.DescriptorsExhaustedException;
import dev.loomlet.engine.ListenOptions;
import dev.loomlet.engine.ListenSocket;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayDeque;

/** A socket that listens on a machine. */
final class SimListenSocket extends SimDescriptor implements ListenSocket {
  private final NetStack stack;
  private final SocketAddress address;
  private final int backlog;
  private final ArrayDeque<SimStreamSocket> waiting = new ArrayDeque<>();

  private SimListenSocket(Fabric fabric, NetStack stack, SocketAddress address, int backlog) {
    super(fabric, stack.machine);
    this.stack = stack;
    this.address = address;
    this.backlog = backlog;
  }

  /** Listens on a port of the machine whose code is running. */
  static SimListenSocket on(Fabric fabric, InetSocketAddress wanted, ListenOptions options)
      throws IOException {
    NetStack stack = fabric.current();
    if (!fabric.isLocal(wanted.getAddress(), stack.machine)) {
      throw refused(wanted, "address not available on host " + stack.machine.name());
    }
    int port = wanted.getPort() == 0 ? stack.freePort() : wanted.getPort();
    for (SimListenSocket other : stack.listeners(port)) {
      InetSocketAddress theirs = (InetSocketAddress) other.address;
      boolean clash =
          Fabric.covers(theirs.getAddress(), wanted.getAddress())
              || Fabric.covers(wanted.getAddress(), theirs.getAddress());
      if (clash && !options.reusePort()) {
        throw refused(wanted, "address already in use");
      }
    }
    SimListenSocket listener =
        new SimListenSocket(
            fabric, stack, new InetSocketAddress(wanted.getAddress(), port), options.backlog());
    stack.opened(listener);
    stack.add(port, listener);
    return listener;
  }

  /** Listens on a path of the machine whose code is running. */
  static SimListenSocket on(Fabric fabric, UnixDomainSocketAddress path, ListenOptions options)
      throws IOException {
    NetStack stack = fabric.current();
    if (stack.unixListener(path.getPath().toString()) != null) {
      throw new BindException("cannot listen on " + path + ": address already in use");
    }
    SimListenSocket listener = new SimListenSocket(fabric, stack, path, options.backlog());
    stack.opened(listener);
    stack.add(path.getPath().toString(), listener);
    return listener;
  }

  /** Connects to a path of the machine whose code is running. Does not wait. */
  static SimStreamSocket connect(Fabric fabric, UnixDomainSocketAddress path) throws IOException {
    NetStack stack = fabric.current();
    SimListenSocket listener = stack.unixListener(path.getPath().toString());
    if (listener == null) {
      throw new ConnectException("cannot connect to " + path + ": no such file");
    }
    UnixDomainSocketAddress nameless = SimStreamSocket.NAMELESS;
    SimStreamSocket client = new SimStreamSocket(fabric, stack.machine, nameless, path);
    SimStreamSocket server = new SimStreamSocket(fabric, stack.machine, path, nameless);
    SimStreamSocket.join(client, server);
    stack.opened(client);
    listener.offer(server);
    return client;
  }

  private static BindException refused(InetSocketAddress address, String why) {
    return new BindException("cannot listen on " + Fabric.text(address) + ": " + why);
  }

  /** Whether it takes connections to an address. */
  boolean listensOn(InetSocketAddress target) {
    return isAlive()
        && Fabric.covers(((InetSocketAddress) address).getAddress(), target.getAddress());
  }

  boolean isFull() {
    return waiting.size() >= backlog;
  }

  /** A connection was made; it waits to be accepted. */
  void offer(SimStreamSocket connection) {
    waiting.add(connection);
    readableNow();
  }

  @Override
  boolean canRead() {
    return !waiting.isEmpty();
  }

  @Override
  boolean canWrite() {
    return false;
  }

  @Override
  String describe() {
    return "the listener on "
        + (address instanceof InetSocketAddress inet ? Fabric.text(inet) : address.toString());
  }

  @Override
  public AcceptedSocket accept(long timeoutNanos) throws IOException {
    beginRead();
    long deadline = 0;
    while (waiting.isEmpty()) {
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "accept");
    }
    if (stack.open.size() >= stack.descriptorLimit) {
      throw new DescriptorsExhaustedException("cannot accept on " + describe());
    }
    SimStreamSocket connection = waiting.remove();
    stack.opened(connection);
    return new SimAccepted(connection);
  }

  @Override
  public boolean shed() {
    SimStreamSocket refused = waiting.poll();
    if (refused == null) {
      return false;
    }
    refused.abort();
    return true;
  }

  @Override
  public SocketAddress localAddress() {
    return address;
  }

  @Override
  public void close() {
    if (!markClosed()) {
      return;
    }
    if (address instanceof InetSocketAddress inet) {
      stack.remove(inet.getPort(), this);
    } else {
      stack.remove(((UnixDomainSocketAddress) address).getPath().toString());
    }
    for (SimStreamSocket each : waiting) {
      each.abort();
    }
    waiting.clear();
  }
}
