package dev.loomlet.sim.net;

import dev.loomlet.sim.world.EventKind;
import dev.loomlet.sim.world.Machine;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection in the making: the request travels to the listener, the answer back. What is lost on
 * the way is sent again after 1, 2, 4 … seconds, and given up after 127 (tcp(7): tcp_syn_retries).
 */
final class Handshake extends SimDescriptor {
  private static final long FIRST_RETRY_NANOS = 1_000_000_000;
  private static final int RETRIES = 6;

  private final SocketAddress target;
  private final SimStreamSocket client;
  private final Machine server;
  private final Leg leg;
  private @Nullable SimStreamSocket accepted;
  private int retries;

  /** How it ended; null while it goes on. */
  private @Nullable Outcome outcome;

  private enum Outcome {
    CONNECTED,
    REFUSED,
    TIMED_OUT
  }

  private Handshake(
      Fabric fabric, Machine machine, SocketAddress local, SocketAddress target, Machine server) {
    super(fabric, machine);
    this.target = target;
    this.server = server;
    this.client = new SimStreamSocket(fabric, machine, local, target);
    this.leg = new Leg(fabric);
  }

  /** Connects the machine whose code is running. Waits. */
  static SimStreamSocket connect(Fabric fabric, InetSocketAddress target, long timeoutNanos)
      throws IOException {
    fabric.context().checkCancelled();
    Handshake handshake = begin(fabric, target, null);
    try {
      long deadline = handshake.deadline(timeoutNanos);
      while (!handshake.isOver()) {
        handshake.awaitWritable(deadline, timeoutNanos, "connect");
      }
    } catch (SocketTimeoutException e) {
      handshake.giveUp();
      throw new SocketTimeoutException(
          "connect timed out after " + timeoutNanos / 1_000_000 + " ms: " + handshake.describe());
    } catch (Throwable e) {
      handshake.giveUp();
      throw e;
    }
    return handshake.finish();
  }

  /**
   * Begins to connect the machine whose code is running.
   *
   * @param from the address and port to connect from; null for any
   */
  static Handshake begin(Fabric fabric, InetSocketAddress target, @Nullable InetSocketAddress from)
      throws IOException {
    NetStack stack = fabric.current();
    Machine server = fabric.machineOf(target.getAddress(), stack.machine);
    if (server == null) {
      throw new NoRouteToHostException(
          "cannot connect to " + Fabric.text(target) + ": no host of the simulation has it");
    }
    InetAddress usual = server == stack.machine ? target.getAddress() : stack.machine.address();
    boolean chosen = from != null && !from.getAddress().isAnyLocalAddress();
    InetSocketAddress local =
        new InetSocketAddress(
            from != null && chosen ? from.getAddress() : usual,
            from == null || from.getPort() == 0 ? stack.freePort() : from.getPort());
    Handshake handshake = new Handshake(fabric, stack.machine, local, target, server);
    stack.opened(handshake);
    fabric.world.trace().event(EventKind.SYN, stack.machine, server, 0, "");
    handshake.leg.startAfter(fabric.travel(stack.machine, server, 0));
    return handshake;
  }

  /** Whether it has come to an end, a good one or not. */
  boolean isOver() {
    return outcome != null;
  }

  /** Makes the connection of it that it has become. */
  SimStreamSocket finish() throws IOException {
    close();
    if (outcome != Outcome.CONNECTED) {
      abandon();
      throw new ConnectException(
          "cannot connect to "
              + text()
              + ": "
              + (outcome == Outcome.REFUSED ? "connection refused" : "connection timed out"));
    }
    fabric.stack(machine).opened(client);
    return client;
  }

  /** The program does not want it any more. */
  void giveUp() {
    close();
    abandon();
  }

  SocketAddress localAddress() {
    return client.localAddress();
  }

  private void abandon() {
    leg.stop();
    if (accepted != null) {
      client.abort();
    }
  }

  /** One way of the request or its answer. */
  private final class Leg extends NetTimer {
    private boolean back;
    private boolean refusing;

    Leg(Fabric fabric) {
      super(fabric);
    }

    @Override
    void happen() {
      if (!isAlive()) {
        return;
      }
      if (back) {
        arriveBack();
      } else {
        arriveThere();
      }
    }

    private void arriveThere() {
      if (!passes(machine, server)) {
        again();
        return;
      }
      // Once it was accepted only the answer is missing, whatever has become of the listener.
      SimListenSocket listener = accepted == null ? listener() : null;
      if (listener != null && listener.isFull()) {
        again();
        return;
      }
      back = true;
      refusing = listener == null && accepted == null;
      if (listener != null) {
        SimStreamSocket end = new SimStreamSocket(fabric, server, target, client.localAddress());
        SimStreamSocket.join(client, end);
        accepted = end;
        listener.offer(end);
      }
      startAfter(fabric.travel(server, machine, 0));
    }

    private void arriveBack() {
      if (!passes(server, machine)) {
        back = false;
        again();
        return;
      }
      outcome = refusing ? Outcome.REFUSED : Outcome.CONNECTED;
      fabric
          .world
          .trace()
          .event(refusing ? EventKind.REFUSED : EventKind.ESTABLISHED, server, machine, 0, "");
      writableNow();
    }

    private boolean passes(Machine from, Machine to) {
      return fabric.passes(from, to) && !fabric.chance(fabric.link(from, to).loss());
    }

    private void again() {
      if (retries == RETRIES) {
        outcome = Outcome.TIMED_OUT;
        writableNow();
        return;
      }
      fabric.world.trace().event(EventKind.HELD, machine, server, 1, "");
      startAfter(FIRST_RETRY_NANOS << retries);
      retries++;
    }
  }

  private @Nullable SimListenSocket listener() {
    if (!(target instanceof InetSocketAddress inet)) {
      return null;
    }
    List<SimListenSocket> all = fabric.stack(server).listeners(inet.getPort());
    SimListenSocket found = null;
    int candidates = 0;
    for (SimListenSocket each : all) {
      // Of several that share a port any may get it.
      if (each.listensOn(inet) && fabric.random.nextInt(++candidates) == 0) {
        found = each;
      }
    }
    return found;
  }

  private String text() {
    return target instanceof InetSocketAddress inet ? Fabric.text(inet) : target.toString();
  }

  @Override
  boolean canRead() {
    return false;
  }

  @Override
  boolean canWrite() {
    return outcome != null;
  }

  @Override
  String describe() {
    return "the connection with " + text();
  }

  @Override
  public void close() {
    markClosed();
  }
}
