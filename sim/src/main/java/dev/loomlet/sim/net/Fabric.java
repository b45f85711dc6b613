package dev.loomlet.sim.net;

import dev.loomlet.engine.ChunkPool;
import dev.loomlet.engine.EngineContext;
import dev.loomlet.engine.HostNames;
import dev.loomlet.sim.Latency;
import dev.loomlet.sim.world.EventKind;
import dev.loomlet.sim.world.Machine;
import dev.loomlet.sim.world.MachineParts;
import dev.loomlet.sim.world.World;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The network of a simulation. */
public final class Fabric implements MachineParts, HostNames {
  /** Operations without a wait after which a greenlet makes room for the others. */
  private static final int OPERATIONS_BEFORE_YIELD = 64;

  final World world;
  final SplittableRandom random;
  private final List<NetStack> stacks = new ArrayList<>();
  private final List<SimMessageSocket> groupMembers = new ArrayList<>();
  private Link usual = Link.USUAL;
  private double fragmentation = 0.1;
  private @Nullable EngineContext context;
  private @Nullable ChunkPool chunks;
  private int operations;

  /** Creates a network to which all machines of a world are connected. */
  public Fabric(World world) {
    this.world = world;
    this.random = world.random(World.Chance.NETWORK);
    world.add(this);
  }

  void attach(EngineContext of) {
    context = of;
    chunks = new ChunkPool();
  }

  EngineContext context() {
    EngineContext present = context;
    if (present == null) {
      throw new IllegalStateException("the simulation has no loop yet");
    }
    return present;
  }

  ChunkPool chunks() {
    ChunkPool present = chunks;
    if (present == null) {
      throw new IllegalStateException("the simulation has no loop yet");
    }
    return present;
  }

  NetStack stack(Machine machine) {
    while (stacks.size() <= machine.index()) {
      stacks.add(new NetStack(world.machines().get(stacks.size())));
    }
    return stacks.get(machine.index());
  }

  /** The one of the machine whose code is running. */
  NetStack current() {
    return stack(world.current());
  }

  Link link(Machine from, Machine to) {
    if (from == to) {
      return Link.LOOPBACK;
    }
    Link own = stack(from).linkTo(to);
    return own == null ? usual : own;
  }

  /** Whether something sent now gets from one machine to the other. */
  boolean passes(Machine from, Machine to) {
    return to.isUp() && (from == to || !stack(from).blocked.get(to.index()));
  }

  /** How long it takes until something has got there. */
  long travel(Machine from, Machine to, long bytes) {
    Link link = link(from, to);
    long latency = link.latency().nextNanos(random);
    if (link.bytesPerSecond() == 0) {
      return latency;
    }
    long now = world.clock().nanoTime();
    long takes = (long) (bytes * 1e9 / link.bytesPerSecond());
    return stack(from).occupy(to, now, takes) - now + latency;
  }

  boolean chance(double odds) {
    return odds > 0 && random.nextDouble() < odds;
  }

  /** How much of some bytes goes at once: sometimes less than could. */
  int portion(int length) {
    return length > 1 && chance(fragmentation) ? 1 + random.nextInt(length) : length;
  }

  /** Before an operation: perhaps others go first. */
  void mayYield() {
    if (world.policy().yields() || ++operations > OPERATIONS_BEFORE_YIELD) {
      operations = 0;
      context().yieldNow();
    }
  }

  /** An operation waits. */
  void waits() {
    operations = 0;
  }

  /** How many timers of the loop are not the simulation's own. */
  public int timersOfProgram() {
    return context().timers().size() - world.ownTimers();
  }

  // what programs and faults set

  /** Changes what all links are like that have not been told otherwise. */
  public void usual(Latency latency) {
    usual = usual.withLatency(latency);
  }

  /** Changes how often something is lost on all links that have not been told otherwise. */
  public void usualLoss(double odds) {
    usual = usual.withLoss(odds);
  }

  /** Changes how often datagrams are doubled on all links that have not been told otherwise. */
  public void usualDuplication(double odds) {
    usual = usual.withDuplication(odds);
  }

  /** Changes how fast all links are that have not been told otherwise; 0 for no limit. */
  public void usualRate(long bytesPerSecond) {
    usual = usual.withBytesPerSecond(bytesPerSecond);
  }

  /** Changes the latency from one machine to another. */
  public void latency(Machine from, Machine to, Latency latency) {
    stack(from).linkTo(to, link(from, to).withLatency(latency));
    world.trace().event(EventKind.LINK, from, to, 0, "has another latency");
  }

  /** Changes how often something is lost on the way from one machine to another. */
  public void loss(Machine from, Machine to, double odds) {
    stack(from).linkTo(to, link(from, to).withLoss(odds));
    world.trace().event(EventKind.LINK, from, to, 0, "loses " + odds);
  }

  /** Changes how often datagrams are doubled on the way from one machine to another. */
  public void duplication(Machine from, Machine to, double odds) {
    stack(from).linkTo(to, link(from, to).withDuplication(odds));
    world.trace().event(EventKind.LINK, from, to, 0, "doubles " + odds);
  }

  /** Changes how fast the way from one machine to another is; 0 for no limit. */
  public void rate(Machine from, Machine to, long bytesPerSecond) {
    stack(from).linkTo(to, link(from, to).withBytesPerSecond(bytesPerSecond));
    world.trace().event(EventKind.LINK, from, to, bytesPerSecond, "bytes per second");
  }

  /** All links are again like those that have not been told otherwise. */
  public void resetLinks() {
    stacks.forEach(NetStack::forgetLinks);
  }

  /** Lets nothing get through in one direction, or lets it again. */
  public void block(Machine from, Machine to, boolean blocked) {
    NetStack stack = stack(from);
    if (from != to && stack.blocked.get(to.index()) != blocked) {
      stack.blocked.set(to.index(), blocked);
      world.trace().event(blocked ? EventKind.PARTITION : EventKind.HEAL, from, to, 0, "");
    }
  }

  /** Lets everything get through again. */
  public void healAll() {
    for (NetStack stack : stacks) {
      for (int i = stack.blocked.nextSetBit(0); i >= 0; i = stack.blocked.nextSetBit(i + 1)) {
        block(stack.machine, world.machines().get(i), false);
      }
    }
  }

  /** How often bytes of a connection arrive in pieces, and reads return less than there is. */
  public void fragmentation(double odds) {
    fragmentation = odds;
  }

  /** How long each read on a machine takes. */
  public void readDelay(Machine machine, long nanos) {
    stack(machine).readDelayNanos = nanos;
  }

  /** How many descriptors a machine's program may have. */
  public void descriptorLimit(Machine machine, int limit) {
    stack(machine).descriptorLimit = limit;
  }

  /**
   * Resets connections between two machines, as a middle-box does: both ends are told.
   *
   * @return how many
   */
  public int resetConnections(Machine one, Machine other) {
    int count = 0;
    for (SimStreamSocket each : connections(one, other)) {
      each.resetFromOutside();
      count++;
    }
    return count;
  }

  /**
   * Has one machine forget its connections with another one, which is not told.
   *
   * @return how many
   */
  public int forgetConnections(Machine forgetful, Machine other) {
    int count = 0;
    for (SimStreamSocket each : connections(forgetful, other)) {
      each.forget();
      count++;
    }
    return count;
  }

  private List<SimStreamSocket> connections(Machine one, Machine other) {
    List<SimStreamSocket> found = new ArrayList<>();
    for (SimDescriptor each : stack(one).open) {
      if (each instanceof SimStreamSocket socket && socket.isConnectedWith(other)) {
        found.add(socket);
      }
    }
    return found;
  }

  // machines

  @Override
  public void powerLost(Machine machine) {
    stack(machine).forgetAll();
    groupMembers.removeIf(each -> each.machine == machine);
  }

  @Override
  public void programKilled(Machine machine) {
    for (SimDescriptor each : List.copyOf(stack(machine).open)) {
      each.close();
    }
  }

  @Override
  public String leftOpen(Machine machine) {
    StringBuilder text = new StringBuilder();
    for (SimDescriptor each : stack(machine).open) {
      text.append(each.describe()).append('\n');
    }
    return text.toString();
  }

  // names and addresses

  @Override
  public List<InetAddress> addressesOf(String name) throws UnknownHostException {
    String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    if (bare.equals("localhost")) {
      return List.of(withName(bare, InetAddress.ofLiteral("127.0.0.1")));
    }
    Machine machine = world.machine(bare);
    if (machine == null) {
      throw new UnknownHostException(
          "cannot resolve the host name '" + name + "': there is no such host in the simulation");
    }
    return List.of(withName(bare, machine.address()));
  }

  private static InetAddress withName(String name, InetAddress address)
      throws UnknownHostException {
    return InetAddress.getByAddress(name, address.getAddress());
  }

  @Override
  public String nameOf(InetAddress address) throws UnknownHostException {
    Machine machine = machineOf(address, world.current());
    if (machine == null) {
      throw new UnknownHostException(
          "no host of the simulation has the address " + address.getHostAddress());
    }
    return machine.name();
  }

  /** The machine that an address means, seen from another one; null if there is none. */
  @Nullable Machine machineOf(InetAddress address, Machine seenFrom) {
    if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
      return seenFrom;
    }
    return world.machine(address);
  }

  /** Whether a machine has an address, or it means all that it has. */
  boolean isLocal(InetAddress address, Machine machine) {
    return address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.equals(machine.address());
  }

  /** Whether what is bound to one address gets what is sent to another one. */
  static boolean covers(InetAddress bound, InetAddress target) {
    return bound.isAnyLocalAddress()
        || bound.equals(target)
        || (bound.isLoopbackAddress() && target.isLoopbackAddress());
  }

  static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  // groups of datagrams

  List<SimMessageSocket> groupMembers() {
    return groupMembers;
  }
}
