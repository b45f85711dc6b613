package dev.loomlet.sim.world;

import dev.loomlet.Action;
import dev.loomlet.Greenlet;
import dev.loomlet.Loop;
import dev.loomlet.diagnose.Deadlock;
import dev.loomlet.diagnose.Deadlocks;
import dev.loomlet.diagnose.GreenletTree;
import dev.loomlet.sched.Policy;
import dev.loomlet.sim.Schedule;
import dev.loomlet.sim.SimOptions;
import dev.loomlet.sim.SimResult;
import dev.loomlet.sim.SimulationEscape;
import dev.loomlet.sim.SimulationFailure;
import dev.loomlet.sim.SimulationFailure.Kind;
import dev.loomlet.wait.Task;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** All of one simulation: its time, its machines, its chance, its trace, and how it fails. */
public final class World {
  /** Streams of chance that do not disturb each other. */
  public enum Chance {
    /** Who runs next. */
    SCHEDULE,
    /** Latency, loss and so on. */
    NETWORK,
    /** What disks do. */
    DISK,
    /** Which faults happen when. */
    FAULTS,
    /** The program's own. */
    PROGRAM,
    /** That of code that draws numbers without asking the program. */
    LIBRARIES
  }

  /** Where no program's own code is. */
  private static final List<String> MACHINERY =
      List.of(
          "java.",
          "javax.",
          "jdk.",
          "sun.",
          "dev.loomlet.engine.",
          "dev.loomlet.file.",
          "dev.loomlet.io.",
          "dev.loomlet.net.",
          "dev.loomlet.wait.",
          "dev.loomlet.agent.",
          "dev.loomlet.Greenlet",
          "dev.loomlet.Loomlet",
          "dev.loomlet.Loop",
          "dev.loomlet.ThreadPool",
          "dev.loomlet.Workers",
          "dev.loomlet.sim.world.",
          "dev.loomlet.sim.net.",
          "dev.loomlet.sim.disk.");

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final int MOST_MACHINES = 60_000;

  private final long seed;
  private final SimOptions options;
  private final SimClock clock;
  private final Trace trace;
  private final SimPolicy policy;
  private final long timeLimit;
  private final List<Machine> machines = new ArrayList<>();
  private final Map<String, Machine> byName = new HashMap<>();
  private final Map<InetAddress, Machine> byAddress = new HashMap<>();
  private final List<MachineParts> parts = new ArrayList<>();
  private final Machine main;

  private @Nullable Loop loop;
  private @Nullable SimulationFailure failure;
  private boolean over;

  /** Timers that are the simulation's own. */
  private int ownTimers;

  /**
   * Creates a world in which nothing has happened.
   *
   * @param recording whether the decisions of the schedule are kept
   */
  public World(long seed, SimOptions options, boolean recording) {
    this.seed = seed;
    this.options = options;
    this.clock = new SimClock(this, options.start().toEpochMilli());
    this.trace = new Trace(clock, seed);
    this.policy =
        new SimPolicy(
            this,
            Chooser.of(options.schedule(), random(Chance.SCHEDULE)),
            recording,
            options.stepLimit());
    long limit = toNanos(options.timeLimit());
    this.timeLimit = limit;
    this.main = addMachine("main", null);
  }

  private static long toNanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  /** A stream of chance, always the same for the same seed. */
  public SplittableRandom random(Chance stream) {
    return random(seed, stream);
  }

  /** A stream of chance of a seed. */
  public static SplittableRandom random(long seed, Chance stream) {
    return new SplittableRandom(seed * GOLDEN + stream.name().hashCode());
  }

  /** What decides everything. */
  public long seed() {
    return seed;
  }

  /** How it is run. */
  public SimOptions options() {
    return options;
  }

  /** Its one clock. */
  public SimClock clock() {
    return clock;
  }

  /** What has happened. */
  public Trace trace() {
    return trace;
  }

  /** Who runs next. */
  public SimPolicy policy() {
    return policy;
  }

  /** The same for {@link dev.loomlet.LoopOptions}. */
  public Policy newPolicy() {
    return policy;
  }

  /** The loop that it is run on, once it has begun. */
  public Loop loop() {
    Loop own = loop;
    if (own == null) {
      throw new IllegalStateException("the simulation has not begun");
    }
    return own;
  }

  /** Begins, in the main greenlet. */
  public void begin() {
    loop = Loop.current();
  }

  /** Adds something that each machine has. */
  public void add(MachineParts part) {
    parts.add(part);
  }

  /** The machine on which the program's main method runs. */
  public Machine main() {
    return main;
  }

  /** The machine whose code is running; that of the main method between greenlets. */
  public Machine current() {
    Machine running = policy.runningOn();
    return running == null ? main : running;
  }

  /** All machines, in the order in which they were made. */
  public List<Machine> machines() {
    return machines;
  }

  /** The machine of a name, or null. */
  public @Nullable Machine machine(String name) {
    return byName.get(name);
  }

  /** The machine that has an address, or null. */
  public @Nullable Machine machine(InetAddress address) {
    return byAddress.get(address);
  }

  /**
   * Makes a machine.
   *
   * @param given its address; null for one that nobody has
   * @throws IllegalArgumentException if the name or the address is taken
   */
  public Machine addMachine(String name, @Nullable InetAddress given) {
    int index = machines.size();
    if (index >= MOST_MACHINES) {
      throw new IllegalArgumentException("no more than " + MOST_MACHINES + " hosts");
    }
    if (name.isBlank() || byName.containsKey(name)) {
      throw new IllegalArgumentException(
          "there is a host '" + name + "' already, or it is no name");
    }
    InetAddress address = given == null ? addressOf(index) : given;
    if (byAddress.containsKey(address)) {
      throw new IllegalArgumentException(
          "the address " + address.getHostAddress() + " is that of another host");
    }
    Machine machine = new Machine(index, name, address);
    machines.add(machine);
    byName.put(name, machine);
    byAddress.put(address, machine);
    return machine;
  }

  private static InetAddress addressOf(int index) {
    int number = index + 1;
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, (byte) (number >>> 8), (byte) number});
    } catch (UnknownHostException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Spawns something on a machine. */
  public Greenlet<?> spawnOn(Machine machine, String name, Action body) {
    policy.spawnOn(machine);
    try {
      return loop().spawn(name, body);
    } finally {
      policy.spawnOn(null);
    }
  }

  /**
   * Takes a machine's power away: its greenlets stop where they stand and never go on. If the
   * caller is one of them, this does not return.
   */
  public void crash(Machine machine) {
    trace.event(EventKind.CRASH, machine, null, 0, "");
    boolean self = policy.runningOn() == machine;
    endLife(machine, "host " + machine.name() + " has lost power");
    for (MachineParts each : parts) {
      each.powerLost(machine);
    }
    if (self) {
      haltForEver();
    }
  }

  /** Kills a machine's program: as {@link #crash}, but the kernel and its caches live on. */
  public void kill(Machine machine) {
    trace.event(EventKind.KILL, machine, null, 0, "");
    boolean self = policy.runningOn() == machine;
    for (MachineParts each : parts) {
      each.programKilled(machine);
    }
    endLife(machine, "the program of host " + machine.name() + " was killed");
    machine.begin();
    if (self) {
      haltForEver();
    }
  }

  /** A greenlet stands in for a thread of the machine whose code is running. */
  public void addThread(Thread thread, boolean daemon) {
    Task task = Task.of(thread);
    if (task != null) {
      current().addThread(task, daemon);
    }
  }

  /**
   * Ends what stands in for daemon threads, on all machines, as the end of a process does.
   *
   * @return whether there was anything
   */
  public boolean dropDaemons() {
    boolean any = false;
    for (Machine each : machines) {
      any |= each.dropDaemons("its program has ended, and it is a daemon");
    }
    policy.dropDead();
    return any;
  }

  private void endLife(Machine machine, String why) {
    machine.end(why);
    policy.dropDead();
  }

  /** The power is gone: nothing of this greenlet happens any more. */
  private void haltForEver() {
    while (!over) {
      LockSupport.park(this);
    }
  }

  /** Gives a machine its power back. */
  public void powerOn(Machine machine) {
    machine.begin();
  }

  /** What a machine's program has open, in words; empty if nothing. */
  public String leftOpen(Machine machine) {
    StringBuilder text = new StringBuilder();
    for (MachineParts each : parts) {
      text.append(each.leftOpen(machine));
    }
    return text.toString();
  }

  /** Counts timers of the simulation itself, which are no leaks. */
  public void countTimers(int change) {
    ownTimers += change;
  }

  /** How many timers are the simulation's own. */
  public int ownTimers() {
    return ownTimers;
  }

  /** Time goes on, because everybody waits. */
  public void passTime(long nanos) {
    long now = clock.nanoTime();
    long then = now + nanos;
    if (!over && (then < 0 || then > timeLimit)) {
      clock.moveTo(timeLimit);
      throw stop(
          fail(
              Kind.TIME_OUT,
              "the program was not done after " + options.timeLimit() + " of virtual time",
              GreenletTree.textOfOwn(),
              null));
    }
    clock.moveTo(then);
  }

  /** Everybody waits, and there is no timer. */
  public void failStuck() {
    List<Deadlock> circles = ownCircles();
    StringBuilder details = new StringBuilder();
    for (Deadlock each : circles) {
      details.append(each);
    }
    details.append(GreenletTree.textOfOwn());
    if (circles.isEmpty()) {
      throw stop(
          fail(
              Kind.LOST_WAKE_UP,
              "everybody waits, and there is nobody left and no timer to wake anyone",
              details.toString(),
              null));
    }
    throw stop(
        fail(
            Kind.DEADLOCK, "greenlets wait for one another in a circle", details.toString(), null));
  }

  /** Before a failure is thrown out of the loop, which then lets what is left clean up. */
  private SimulationFailure stop(SimulationFailure thrown) {
    end();
    return thrown;
  }

  private List<Deadlock> ownCircles() {
    List<Deadlock> own = new ArrayList<>();
    for (Deadlock each : Deadlocks.findAtOnce()) {
      for (Deadlock.Party party : each.parties()) {
        Task task = party.thread().isVirtual() ? Task.of(party.thread()) : null;
        if (task != null && task.greenlet().loop() == loop) {
          own.add(each);
          break;
        }
      }
    }
    return own;
  }

  void failBusy(long steps) {
    String name = policy.runningName();
    throw stop(
        fail(
            Kind.LIVELOCK,
            steps
                + " steps were taken without time going on, the last one by greenlet "
                + name
                + ": somebody yields until something happens that never does",
            GreenletTree.textOfOwn(),
            null));
  }

  /** An error that nobody waited for. */
  public void uncaught(@Nullable Greenlet<?> greenlet, Throwable error) {
    if (over || failure != null) {
      return;
    }
    if (error instanceof SimulationFailure known) {
      failure = known;
      return;
    }
    String who = greenlet == null ? "a task of the loop" : "greenlet \"" + greenlet.name() + '"';
    trace.event(EventKind.FAILED, current(), null, 0, who);
    fail(Kind.PROGRAM, who + " failed, and nobody waited for it: " + error, "", error);
  }

  /** The program reached for something outside. */
  public SimulationEscape escape(String what) {
    String message =
        what + " is outside of the simulation, where neither its clock nor its seed counts";
    SimulationEscape escape = new SimulationEscape(message);
    fail(Kind.ESCAPE, message + ", wanted by " + placeOf(escape), "", escape);
    return escape;
  }

  private static String placeOf(Throwable error) {
    for (StackTraceElement each : error.getStackTrace()) {
      String type = each.getClassName();
      if (MACHINERY.stream().noneMatch(type::startsWith)) {
        return each.toString();
      }
    }
    return "an unknown place";
  }

  /** Makes the simulation fail; the first failure counts. Thrown at the next step. */
  public SimulationFailure fail(
      Kind kind, String headline, String details, @Nullable Throwable cause) {
    SimulationFailure known = failure;
    if (known != null) {
      return known;
    }
    SimulationFailure made =
        new SimulationFailure(kind, headline, details, options, result(), trace.timeline(), cause);
    failure = made;
    return made;
  }

  /** Throws the failure if there is one, unless the simulation is over. On the loop's thread. */
  public void throwIfFailed() {
    SimulationFailure known = failure;
    if (known != null && !over) {
      throw stop(known);
    }
  }

  /** The failure, or null. */
  public @Nullable SimulationFailure failure() {
    return failure;
  }

  /** From now on nothing is checked or noted; what is left is to be cleaned up. */
  public void end() {
    over = true;
  }

  /** Whether it has ended. */
  public boolean isOver() {
    return over;
  }

  /** How far it has come. */
  public SimResult result() {
    return new SimResult(seed, trace.hash(), policy.steps(), Duration.ofNanos(clock.nanoTime()));
  }

  /** How the schedule was decided, if that was recorded. */
  public @Nullable Schedule decisions() {
    Decisions made = policy.decisions();
    return made == null ? null : made.schedule();
  }
}
