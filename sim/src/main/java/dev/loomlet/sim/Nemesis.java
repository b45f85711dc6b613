package dev.loomlet.sim;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.sim.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Who makes the faults of a {@link Swarm} happen: a greenlet that waits, does one of them, and now
 * and then undoes what it has done.
 */
final class Nemesis {
  private static final long MEAN_PAUSE_NANOS = 200_000_000;
  private static final long MEAN_FAULT_NANOS = 800_000_000;

  private final Simulation simulation;
  private final SplittableRandom random;
  private final List<Fault> faults = new ArrayList<>();

  /** What undoes what was done, and when it is due on the clock. */
  private final List<Remedy> remedies = new ArrayList<>();

  private @Nullable Greenlet<?> greenlet;

  private record Remedy(long due, Runnable action) {}

  Nemesis(Simulation simulation) {
    this.simulation = simulation;
    this.random = chance(simulation.seed());
    Set<Fault> drawn = simulation.options().swarm().draw(random);
    faults.addAll(drawn);
  }

  /** Where its chance comes from. */
  static SplittableRandom chance(long seed) {
    return World.random(seed, World.Chance.FAULTS);
  }

  void start() {
    if (!faults.isEmpty()) {
      simulation.note("faults of this seed: " + faults);
      greenlet = Loomlet.spawn("nemesis", this::run);
    }
  }

  /** Ends all that goes on. */
  void stop() {
    Greenlet<?> running = greenlet;
    if (running == null) {
      return;
    }
    greenlet = null;
    running.kill();
    for (Remedy each : remedies) {
      each.action.run();
    }
    remedies.clear();
  }

  private void run() {
    while (true) {
      Loomlet.sleep(Duration.ofNanos(1 + drawTime(MEAN_PAUSE_NANOS)));
      long now = simulation.clock().nanoTime();
      for (Remedy each : List.copyOf(remedies)) {
        if (each.due <= now) {
          remedies.remove(each);
          each.action.run();
        }
      }
      strike(faults.get(random.nextInt(faults.size())), now);
    }
  }

  private long drawTime(long mean) {
    return (long) (-Math.log(1 - random.nextDouble()) * mean);
  }

  private void later(long now, Runnable action) {
    remedies.add(new Remedy(now + drawTime(MEAN_FAULT_NANOS), action));
  }

  private void strike(Fault fault, long now) {
    Network network = simulation.network();
    switch (fault) {
      case PARTITION -> partition(now);
      case LATENCY -> {
        Host from = any();
        Host to = any();
        network.latency(
            from, to, Latency.exponential(Duration.ofMillis(5), Duration.ofMillis(100)));
        later(now, network::resetLinks);
      }
      case LOSS -> {
        network.loss(any(), any(), 0.3);
        later(now, network::resetLinks);
      }
      case DUPLICATION -> {
        network.duplication(any(), any(), 0.3);
        later(now, network::resetLinks);
      }
      case RESET -> network.reset(any(), any());
      case HALF_OPEN -> network.halfOpen(any(), any());
      case SLOW_READER -> {
        Host host = any();
        host.slowReads(Duration.ofMillis(1 + random.nextInt(50)));
        later(now, () -> host.slowReads(Duration.ZERO));
      }
      case SKEW -> {
        Host host = any();
        host.skewClock(Duration.ofMillis(random.nextInt(20_000) - 10_000));
        later(now, () -> host.skewClock(Duration.ZERO));
      }
      case CRASH -> crash(now);
      case DISK_FULL -> {
        Disk disk = any().disk();
        disk.capacity(disk.used());
        later(now, () -> disk.capacity(Long.MAX_VALUE));
      }
      case DISK_ERROR -> {
        Disk disk = any().disk();
        disk.failures(0.1);
        later(now, () -> disk.failures(0));
      }
    }
  }

  private void partition(long now) {
    List<Host> island = new ArrayList<>();
    for (Host each : simulation.hosts()) {
      if (random.nextBoolean()) {
        island.add(each);
      }
    }
    simulation.network().partition(island);
    later(now, simulation.network()::heal);
  }

  private void crash(long now) {
    Host victim = any();
    // Whoever runs the test is not a part of what is tested.
    if (victim != simulation.main() && victim.isUp() && victim.hasProgram()) {
      victim.crash();
      later(
          now,
          () -> {
            if (!victim.isUp()) {
              victim.restart();
            }
          });
    }
  }

  private Host any() {
    List<Host> hosts = simulation.hosts();
    return hosts.get(random.nextInt(hosts.size()));
  }
}
