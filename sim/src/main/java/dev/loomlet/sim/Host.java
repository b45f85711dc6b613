package dev.loomlet.sim;

import dev.loomlet.Action;
import dev.loomlet.Greenlet;
import dev.loomlet.sim.world.EventKind;
import dev.loomlet.sim.world.Machine;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A simulated computer, with a name and an address of its own. What a greenlet spawns lives on its
 * host, and so do its sockets and files. What it can share with others, it shares by the network;
 * Java objects that several hosts touch are the test's business.
 */
public final class Host {
  private final Simulation simulation;
  private final Machine machine;
  private @Nullable Action program;

  Host(Simulation simulation, Machine machine) {
    this.simulation = simulation;
    this.machine = machine;
  }

  Machine machine() {
    return machine;
  }

  /** Its name, which is also its host name. */
  public String name() {
    return machine.name();
  }

  /** Its address. */
  public InetAddress address() {
    return machine.address();
  }

  /** Whether it has power. */
  public boolean isUp() {
    return machine.isUp();
  }

  /** Whether it was given a program to run. */
  boolean hasProgram() {
    return program != null;
  }

  /**
   * Has it run a program, now and after each {@link #restart}. Does not wait.
   *
   * @param newProgram becomes a greenlet of the host's name; an error that it throws makes the
   *     simulation fail
   * @return the greenlet
   * @throws IllegalStateException if it has no power
   */
  public Greenlet<?> start(Action newProgram) {
    program = newProgram;
    return begin(newProgram);
  }

  private Greenlet<?> begin(Action code) {
    simulation.trace(EventKind.START, machine);
    return spawn(name(), code);
  }

  /**
   * Spawns a greenlet on it. Does not wait.
   *
   * @throws IllegalStateException if it has no power
   */
  public Greenlet<?> spawn(String greenlet, Action code) {
    if (!machine.isUp()) {
      throw new IllegalStateException(this + " has no power; restart it");
    }
    return simulation.spawnOn(machine, greenlet, code);
  }

  /**
   * Takes its power away: its greenlets stop where they stand and never go on, not even their
   * {@code finally} blocks; what was written to its disk and not synced may be lost; others are not
   * told. Whoever waits for one of its greenlets gets a {@link dev.loomlet.Cancelled}. Called on
   * the host itself, it does not return.
   */
  public void crash() {
    if (machine.isUp()) {
      simulation.world().crash(machine);
    }
  }

  /**
   * Kills its program, as {@code kill -9} does: as {@link #crash}, but the disk keeps what was
   * written, and the kernel closes its connections.
   */
  public void kill() {
    if (machine.isUp()) {
      simulation.world().kill(machine);
    }
  }

  /** Gives it its power back, if it has none, and starts its program anew. Does not wait. */
  public Greenlet<?> restart() {
    Action again = program;
    if (again == null) {
      throw new IllegalStateException(this + " has no program to start; give it one by start");
    }
    if (machine.isUp()) {
      kill();
    } else {
      simulation.world().powerOn(machine);
    }
    return begin(again);
  }

  /** Cancels its greenlets, and waits until they have ended. */
  public void stop() {
    askToStop();
    cancelAll();
    for (Greenlet<?> each : machine.greenlets()) {
      each.join();
    }
  }

  /** Cancels those of its greenlets that do not stand in for threads; returns them. */
  List<Greenlet<?>> askToStop() {
    if (!machine.isUp() || machine.greenlets().isEmpty()) {
      return List.of();
    }
    simulation.trace(EventKind.STOP, machine);
    List<Greenlet<?>> own = machine.ownGreenlets();
    own.forEach(each -> each.cancel(true));
    return own;
  }

  /** Cancels all that are left. */
  void cancelAll() {
    if (machine.isUp()) {
      machine.cutShort();
      machine.greenlets().forEach(each -> each.cancel(true));
    }
  }

  /** Waits until its greenlets have ended by themselves. */
  public void join() {
    for (Greenlet<?> each : machine.greenlets()) {
      each.join();
    }
  }

  /** Its disk. */
  public Disk disk() {
    return new Disk(simulation.files().disk(machine));
  }

  /** Sets its clock wrong: by how much it is ahead, or behind if negative. */
  public void skewClock(Duration ahead) {
    machine.skewNanos(ahead.toNanos());
    simulation.world().trace().event(EventKind.SKEW, machine, null, ahead.toNanos(), "");
  }

  /** Has each of its reads from a connection take so long; zero for no time. */
  public void slowReads(Duration each) {
    if (each.isNegative()) {
      throw new IllegalArgumentException("a read takes 0 or more, not " + each);
    }
    simulation.fabric().readDelay(machine, each.toNanos());
  }

  /** Limits how many descriptors its program may have open. */
  public void descriptorLimit(int limit) {
    simulation.fabric().descriptorLimit(machine, limit);
  }

  @Override
  public String toString() {
    return "host " + name();
  }
}
