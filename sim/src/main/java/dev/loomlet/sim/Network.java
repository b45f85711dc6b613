package dev.loomlet.sim;

import dev.loomlet.sim.net.Fabric;
import dev.loomlet.sim.world.Machine;
import dev.loomlet.sim.world.World;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The network between the hosts of a simulation, and what can be wrong with it. Changes count for
 * what is sent from then on; what cannot get through when it should arrive is sent again, if it
 * belongs to a connection, and lost if it is a datagram.
 */
public final class Network {
  private final World world;
  private final Fabric fabric;

  Network(World world, Fabric fabric) {
    this.world = world;
    this.fabric = fabric;
  }

  static void checkOdds(double odds) {
    if (!(odds >= 0 && odds <= 1)) {
      throw new IllegalArgumentException("odds are from 0 to 1, not " + odds);
    }
  }

  /** How long everything takes that has not been told otherwise. */
  public void latency(Latency latency) {
    fabric.usual(latency);
  }

  /** How long everything takes from one host to another, in this direction. */
  public void latency(Host from, Host to, Latency latency) {
    fabric.latency(from.machine(), to.machine(), latency);
  }

  /**
   * How often datagrams get lost, and parts of connections have to be sent again, where it has not
   * been told otherwise.
   *
   * @param odds from 0 to 1
   */
  public void loss(double odds) {
    checkOdds(odds);
    fabric.usualLoss(odds);
  }

  /** The same from one host to another, in this direction. */
  public void loss(Host from, Host to, double odds) {
    checkOdds(odds);
    fabric.loss(from.machine(), to.machine(), odds);
  }

  /**
   * How often datagrams arrive twice, where it has not been told otherwise.
   *
   * @param odds from 0 to 1
   */
  public void duplication(double odds) {
    checkOdds(odds);
    fabric.usualDuplication(odds);
  }

  /** The same from one host to another, in this direction. */
  public void duplication(Host from, Host to, double odds) {
    checkOdds(odds);
    fabric.duplication(from.machine(), to.machine(), odds);
  }

  /** How many bytes a second get from one host to another; 0 for no limit. */
  public void bandwidth(Host from, Host to, long bytesPerSecond) {
    if (bytesPerSecond < 0) {
      throw new IllegalArgumentException("a rate is 0 or more, not " + bytesPerSecond);
    }
    fabric.rate(from.machine(), to.machine(), bytesPerSecond);
  }

  /**
   * How often bytes arrive in pieces and reads return less than there is; a tenth at first.
   *
   * @param odds from 0 to 1
   */
  public void fragmentation(double odds) {
    checkOdds(odds);
    fabric.fragmentation(odds);
  }

  /** Lets nothing get from one host to another, in this direction. */
  public void block(Host from, Host to) {
    fabric.block(from.machine(), to.machine(), true);
  }

  /** Lets everything get from one host to another again. */
  public void unblock(Host from, Host to) {
    fabric.block(from.machine(), to.machine(), false);
  }

  /** Separates some hosts from all others, in both directions. */
  public void partition(Host... island) {
    partition(List.of(island));
  }

  /** As {@link #partition(Host...)}. */
  public void partition(Collection<Host> island) {
    List<Machine> inside = new ArrayList<>();
    for (Host each : island) {
      inside.add(each.machine());
    }
    for (Machine one : world.machines()) {
      for (Machine other : world.machines()) {
        if (inside.contains(one) != inside.contains(other)) {
          fabric.block(one, other, true);
        }
      }
    }
  }

  /** Ends all partitions. What a connection has held back gets through at its next try. */
  public void heal() {
    fabric.healAll();
  }

  /** Makes all links again like those that have not been told otherwise. */
  public void resetLinks() {
    fabric.resetLinks();
  }

  /**
   * Resets the connections between two hosts; both ends are told at once.
   *
   * @return how many
   */
  public int reset(Host one, Host other) {
    return fabric.resetConnections(one.machine(), other.machine());
  }

  /**
   * Has a host forget its connections with another one, which keeps half-open ones: it is told when
   * it sends something, and never if it only listens.
   *
   * @return how many
   */
  public int halfOpen(Host forgetful, Host other) {
    return fabric.forgetConnections(forgetful.machine(), other.machine());
  }
}
