package dev.loomlet.sim.net;

import dev.loomlet.sim.world.EventKind;
import dev.loomlet.sim.world.Machine;
import java.io.IOException;
import java.net.ConnectException;
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
    NetStack stack = fabric.current();
    Machine server = fabric.machineOf(target.getAddress(), stack.machine);
    if (server == null) {
      throw new NoRouteToHostException(
          "cannot connect to " + Fabric.text(target) + ": no host of the simulation has it");
    }
    InetSocketAddress local =
        new InetSocketAddress(
            server == stack.machine ? target.getAddress() : stack.machine.address(),
            stack.freePort());
    return new Handshake(fabric, stack.machine, local, target, server).run(stack, timeoutNanos);
  }

  private SimStreamSocket run(NetStack stack, long timeoutNanos) throws IOException {
    stack.opened(this);
    fabric.world.trace().event(EventKind.SYN, machine, server, 0, "");
    boolean connected = false;
    try {
      leg.startAfter(fabric.travel(machine, server, 0));
      long deadline = deadline(timeoutNanos);
      while (outcome == null) {
        awaitWritable(deadline, timeoutNanos, "connect");
      }
      connected = outcome == Outcome.CONNECTED;
    } catch (SocketTimeoutException e) {
      throw new SocketTimeoutException(
          "connect timed out after " + timeoutNanos / 1_000_000 + " ms: " + describe());
    } finally {
      close();
      if (!connected) {
        abandon();
      }
    }
    if (!connected) {
      throw new ConnectException(
          "cannot connect to "
              + text()
              + ": "
              + (outcome == Outcome.REFUSED ? "connection refused" : "connection timed out"));
    }
    stack.opened(client);
    return client;
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
      SimListenSocket listener = listener();
      if (listener != null && listener.isFull()) {
        again();
        return;
      }
      back = true;
      refusing = listener == null;
      if (listener != null && accepted == null) {
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
