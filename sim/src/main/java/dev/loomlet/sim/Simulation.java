package dev.loomlet.sim;

import dev.loomlet.Action;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopOptions;
import dev.loomlet.diagnose.GreenletTree;
import dev.loomlet.sim.SimulationFailure.Kind;
import dev.loomlet.sim.disk.SimFiles;
import dev.loomlet.sim.net.Fabric;
import dev.loomlet.sim.net.SimEngine;
import dev.loomlet.sim.world.EventKind;
import dev.loomlet.sim.world.Machine;
import dev.loomlet.sim.world.World;
import dev.loomlet.time.Clock;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One run of a program in a world of its own, on one thread: virtual time that jumps to the next
 * timer when everybody waits, a schedule and a network and disks that a seed decides, and hosts
 * that can lose power. The same seed, options and program give the same run, in each JVM.
 *
 * {@snippet :
 * Simulation.run(42, SimOptions.defaults(), sim -> {
 *   Host server = sim.host("server");
 *   server.start(() -> serve(7000));
 *   sim.host("client").start(() -> {
 *     try (var stream = TcpStream.connect("server", 7000)) { … }
 *   });
 *   sim.network().partition(server);
 *   sim.sleep(Duration.ofSeconds(5));
 *   sim.network().heal();
 *   sim.joinHosts("client");
 * });
 * }
 *
 * <p>A run fails if the program throws, if its greenlets wait for one another or for nothing that
 * can come, if the time limit is over, and if greenlets, descriptors or timers are left over at the
 * end. What a host runs may go on when the program ends: it is cancelled then, and has ten seconds
 * to clean up.
 *
 * <p>All methods are for the simulation's own greenlets.
 */
public final class Simulation {
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration GRACE_OF_THREADS = Duration.ofSeconds(1);

  private final World world;
  private final Fabric fabric;
  private final SimFiles files;
  private final SplittableRandom random;
  private final Network network;
  private final List<Host> hosts = new ArrayList<>();
  private final Host main;
  private final Nemesis nemesis;

  private Simulation(long seed, SimOptions options, boolean recording) {
    this.world = new World(seed, options, recording);
    this.fabric = new Fabric(world);
    this.files = new SimFiles(world);
    this.random = world.random(World.Chance.PROGRAM);
    this.network = new Network(world, fabric);
    this.main = new Host(this, world.main());
    hosts.add(main);
    this.nemesis = new Nemesis(this);
  }

  /**
   * Runs a program in a simulation, on the calling thread, or on another one if that has a loop
   * already or is virtual.
   *
   * @param seed decides everything that chance decides
   * @return how far it came
   * @throws SimulationFailure if anything was wrong
   */
  public static SimResult run(long seed, SimOptions options, SimMain program) {
    return Runner.run(() -> new Simulation(seed, options, false).runHere(program));
  }

  /** As {@link #run(long, SimOptions, SimMain)}, with the usual options. */
  public static SimResult run(long seed, SimMain program) {
    return run(seed, SimOptions.defaults(), program);
  }

  /**
   * Runs a program under many seeds, one after another, and stops at the first that fails.
   *
   * @param first the first seed; the others follow
   * @param count how many, at least 1
   * @throws SimulationFailure the first one
   */
  public static void runAll(long first, int count, SimOptions options, SimMain program) {
    if (count < 1) {
      throw new IllegalArgumentException("there must be at least one seed, not " + count);
    }
    for (int i = 0; i < count; i++) {
      run(first + i, options, program);
    }
  }

  /** How often {@link #minimize} runs a program, if it is not told otherwise. */
  private static final int MINIMIZING_RUNS = 200;

  /**
   * Runs a program that failed again and again with fewer and fewer departures from first in, first
   * out, to find a schedule that a person can read.
   *
   * @return a failure of the same kind under the smallest schedule that was found; one of the kind
   *     {@link Kind#NOT_DETERMINISTIC} if the same seed does something else now
   */
  public static SimulationFailure minimize(SimulationFailure failure, SimMain program) {
    return new Minimizer(failure, program, MINIMIZING_RUNS).run();
  }

  /**
   * Checks that a program depends on nothing that the seed does not decide, by running it twice.
   *
   * @return what came out, the same both times
   * @throws SimulationFailure if it failed, or was not the same
   */
  public static SimResult runTwice(long seed, SimOptions options, SimMain program) {
    SimResult first = run(seed, options, program);
    SimResult second;
    try {
      second = run(seed, options, program);
    } catch (SimulationFailure e) {
      throw notTheSame(first, e.result(), options, e);
    }
    if (first.traceHash() != second.traceHash()) {
      throw notTheSame(first, second, options, null);
    }
    return first;
  }

  private static SimulationFailure notTheSame(
      SimResult first, SimResult second, SimOptions options, @Nullable SimulationFailure cause) {
    return new SimulationFailure(
        Kind.NOT_DETERMINISTIC,
        "the same seed gave "
            + first
            + " and then "
            + second
            + ": something in the program depends on what no seed decides, such as the order of a"
            + " hash set of objects, static state, or the machine's clock",
        "",
        options,
        second,
        "",
        cause);
  }

  /**
   * Runs a program, and says how the schedule was decided.
   *
   * @return what came out, whether it failed or not
   */
  static Recording record(long seed, SimOptions options, SimMain program) {
    return Runner.run(
        () -> {
          Simulation simulation = new Simulation(seed, options, true);
          SimulationFailure failure = null;
          SimResult result;
          try {
            result = simulation.runHere(program);
          } catch (SimulationFailure e) {
            failure = e;
            result = e.result();
          }
          Schedule made = simulation.world.decisions();
          return new Recording(result, made == null ? Schedule.fifo() : made, failure);
        });
  }

  /** What came out of a run, and how it went. */
  record Recording(SimResult result, Schedule schedule, @Nullable SimulationFailure failure) {}

  /**
   * The simulation that the caller runs in.
   *
   * @throws IllegalStateException if it runs in none
   */
  public static Simulation current() {
    Simulation around = currentOrNull();
    if (around == null) {
      throw new IllegalStateException(
          "the caller is not in a simulation; start one by Simulation.run, or a program by loomlet"
              + " sim run");
    }
    return around;
  }

  /** The simulation that the caller runs in, or null. */
  public static @Nullable Simulation currentOrNull() {
    Loop loop = Loop.currentOrNull();
    return loop != null && loop.engine() instanceof SimEngine engine ? engine.simulation() : null;
  }

  private SimResult runHere(SimMain program) {
    LoopOptions options =
        LoopOptions.defaults()
            .withName("simulation")
            .withClock(world.clock())
            .withEngine(context -> new SimEngine(this, world, fabric, files, context))
            .withPolicy(world::newPolicy)
            .withUncaughtHandler(world::uncaught)
            .withDebug(false);
    try {
      return Loomlet.run(options, () -> runMain(program));
    } catch (SimulationFailure e) {
      throw e;
    } catch (Throwable e) {
      throw world.fail(Kind.PROGRAM, "main failed: " + e, "", e);
    } finally {
      world.end();
    }
  }

  private SimResult runMain(SimMain program) throws Exception {
    world.begin();
    try {
      nemesis.start();
      program.run(this);
      finish();
      return world.result();
    } catch (SimulationFailure e) {
      throw e;
    } catch (Throwable e) {
      // The first failure counts: it may be the reason for this one.
      throw world.fail(Kind.PROGRAM, "main failed: " + e, "", e);
    } finally {
      world.end();
    }
  }

  // how it ends

  private void finish() {
    calm();
    Greenlet<?> self = Greenlet.current();
    List<Greenlet<?>> left = new ArrayList<>(world.main().awaited());
    left.remove(self);
    if (!left.isEmpty() && !world.options().leaksAllowed()) {
      throw leak("greenlets that main spawned still live when it has ended; join or kill them");
    }
    stopHosts();
    world.throwIfFailed();
    if (!world.options().leaksAllowed()) {
      checkDescriptors();
    }
    boolean dropped = world.dropDaemons();
    if (!world.options().leaksAllowed() && !dropped) {
      checkTimers();
    }
  }

  private void checkDescriptors() {
    for (Machine each : world.machines()) {
      String open = each.isUp() && !each.isCutShort() ? world.leftOpen(each) : "";
      if (!open.isEmpty()) {
        throw world.fail(Kind.LEAK, "host " + each.name() + " has left something open", open, null);
      }
    }
  }

  /** Where power was lost, timers are left of greenlets that stand where they stood. */
  private void checkTimers() {
    int left = fabric.timersOfProgram();
    if (left > 0 && world.machines().stream().allMatch(each -> each.epoch() == 0)) {
      throw leak(
          (left == 1 ? "a timer is" : left + " timers are")
              + " still set when everybody has ended: of a Timeout that was not closed, a greenlet"
              + " that is to be started later, or a virtual thread that sleeps");
    }
  }

  private void stopHosts() {
    List<Greenlet<?>> left = new ArrayList<>();
    for (Host each : hosts) {
      if (each != main) {
        left.addAll(each.askToStop());
      }
    }
    if (letThreadsEnd(left)) {
      left.clear();
      for (Host each : hosts) {
        if (each != main) {
          each.cancelAll();
          left.addAll(each.machine().awaited());
        }
      }
    }
    if (!left.isEmpty() && !Loomlet.joinAll(GRACE, left) && !world.options().leaksAllowed()) {
      throw leak("greenlets of hosts do not end when they are cancelled");
    }
  }

  /**
   * Threads do not know that they are cancelled. So those who started them are, who then may end
   * them, and they have some time for it.
   *
   * @param cancelled those who were
   * @return whether there are any
   */
  private boolean letThreadsEnd(List<Greenlet<?>> cancelled) {
    List<Greenlet<?>> threads = new ArrayList<>();
    for (Host each : hosts) {
      if (each != main) {
        threads.addAll(each.machine().awaited());
      }
    }
    threads.removeAll(cancelled);
    if (threads.isEmpty()) {
      return false;
    }
    Loomlet.joinAll(GRACE, cancelled);
    Loomlet.joinAll(GRACE_OF_THREADS, threads);
    return true;
  }

  private SimulationFailure leak(String what) {
    return world.fail(Kind.LEAK, what, GreenletTree.textOfOwn(), null);
  }

  // what a program uses

  /** What it was started with. */
  public long seed() {
    return world.seed();
  }

  /** How it is run. */
  public SimOptions options() {
    return world.options();
  }

  /** Chance for the program: the same for the same seed. */
  public RandomGenerator random() {
    return random;
  }

  /** Its clock; {@code currentTimeMillis} is that of the calling host, which may be wrong. */
  public Clock clock() {
    return world.clock();
  }

  /** How much virtual time has passed since the beginning. */
  public Duration time() {
    return Duration.ofNanos(world.clock().nanoTime());
  }

  /** Lets virtual time pass. Waits. */
  public void sleep(Duration time) {
    Loomlet.sleep(time);
  }

  /**
   * Writes a remark into the timeline. It becomes part of the trace hash, so it must be the same in
   * each run of a seed.
   */
  public void note(String remark) {
    world.trace().note(world.current(), remark);
  }

  /** Of all that has happened so far. */
  public long traceHash() {
    return world.trace().hash();
  }

  /** What has happened last, a line each. */
  public String timeline() {
    return world.trace().timeline();
  }

  /** The network, and what can be wrong with it. */
  public Network network() {
    return network;
  }

  /**
   * Ends all faults: stops those that happen by themselves, heals the network, makes disks and
   * clocks right, and starts hosts again that have lost power. For a test that checks first that
   * nothing wrong is done under faults, and then that all goes on without them.
   */
  public void calm() {
    nemesis.stop();
    network.heal();
    network.resetLinks();
  }

  // hosts

  /** The host on which the program itself runs. */
  public Host main() {
    return main;
  }

  /** The host whose code the caller is. */
  public Host currentHost() {
    return hostOf(world.current());
  }

  /**
   * Makes a host, which does nothing yet and has an address that nobody has.
   *
   * @param name by which others find it
   * @throws IllegalArgumentException if there is one of that name
   */
  public Host host(String name) {
    return add(world.addMachine(name, null));
  }

  /**
   * Makes a host.
   *
   * @param address of IPv4 or IPv6, as a literal
   * @throws IllegalArgumentException if the name or the address is taken, or is no literal
   */
  public Host host(String name, String address) {
    return add(world.addMachine(name, InetAddress.ofLiteral(address)));
  }

  private Host add(Machine machine) {
    Host host = new Host(this, machine);
    hosts.add(host);
    return host;
  }

  private Host hostOf(Machine machine) {
    for (Host each : hosts) {
      if (each.machine() == machine) {
        return each;
      }
    }
    throw new AssertionError(machine);
  }

  /** All hosts, that of the program first. */
  public List<Host> hosts() {
    return List.copyOf(hosts);
  }

  World world() {
    return world;
  }

  Fabric fabric() {
    return fabric;
  }

  SimFiles files() {
    return files;
  }

  Greenlet<?> spawnOn(Machine machine, String name, Action body) {
    return world.spawnOn(machine, name, body);
  }

  void trace(EventKind kind, Machine machine) {
    world.trace().event(kind, machine, null, 0, "");
  }
}
