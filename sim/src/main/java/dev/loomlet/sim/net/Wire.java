package dev.loomlet.sim.net;

import dev.loomlet.sim.world.EventKind;
import dev.loomlet.sim.world.Machine;
import java.util.ArrayDeque;

/**
 * One direction of a connection: what was sent arrives in its order, each thing after the latency
 * of the link. What cannot get through is sent again and again, in intervals that double, and is
 * given up after a quarter of an hour (tcp(7): tcp_retries2).
 */
final class Wire extends NetTimer {
  private static final long FIRST_RETRY_NANOS = 200_000_000;
  private static final long LONGEST_RETRY_NANOS = 120_000_000_000L;
  private static final long PATIENCE_NANOS = 924_000_000_000L;

  private final SimStreamSocket from;
  private final SimStreamSocket to;
  private final ArrayDeque<Packet> packets = new ArrayDeque<>(4);
  private long lastArrival;
  private long retryNanos = FIRST_RETRY_NANOS;

  /** Since when nothing has got through; -1 if something has. */
  private long stuckSince = -1;

  Wire(SimStreamSocket from, SimStreamSocket to) {
    super(from.fabric);
    this.from = from;
    this.to = to;
  }

  /** Sends something. */
  void send(Packet packet) {
    long now = fabric.world.clock().nanoTime();
    Machine source = from.machine;
    Machine target = to.machine;
    long travel = fabric.travel(source, target, packet.amount);
    if (fabric.chance(fabric.link(source, target).loss())) {
      travel += FIRST_RETRY_NANOS;
    }
    packet.arrival = Math.max(lastArrival, now + travel);
    lastArrival = packet.arrival;
    packets.add(packet);
    if (packets.size() == 1) {
      startAfter(packet.arrival - now);
    }
  }

  /** Forgets what is on its way. */
  void cut() {
    packets.clear();
    stop();
  }

  @Override
  void happen() {
    long now = fabric.world.clock().nanoTime();
    while (!packets.isEmpty() && packets.element().arrival <= now) {
      if (!fabric.passes(from.machine, to.machine)) {
        holdUp(now);
        return;
      }
      stuckSince = -1;
      retryNanos = FIRST_RETRY_NANOS;
      to.arrives(packets.remove());
    }
    if (!packets.isEmpty() && !isScheduled()) {
      startAfter(packets.element().arrival - now);
    }
  }

  private void holdUp(long now) {
    if (!from.isAlive()) {
      // Nobody is left to send it again.
      packets.clear();
      return;
    }
    if (stuckSince < 0) {
      stuckSince = now;
    }
    fabric.world.trace().event(EventKind.HELD, from.machine, to.machine, packets.size(), "");
    if (now - stuckSince > PATIENCE_NANOS) {
      packets.clear();
      from.givenUp();
      return;
    }
    startAfter(retryNanos);
    retryNanos = Math.min(retryNanos * 2, LONGEST_RETRY_NANOS);
  }
}
