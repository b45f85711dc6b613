package dev.loomlet.sim.net;

import dev.loomlet.engine.AcceptedSocket;
import dev.loomlet.engine.DescriptorWatch;
import dev.loomlet.engine.Engine;
import dev.loomlet.engine.EngineContext;
import dev.loomlet.engine.FileOperations;
import dev.loomlet.engine.HostNames;
import dev.loomlet.engine.ListenOptions;
import dev.loomlet.engine.ListenSocket;
import dev.loomlet.engine.MessageSocket;
import dev.loomlet.engine.PipeOperations;
import dev.loomlet.engine.ReadySet;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.engine.VirtualSockets;
import dev.loomlet.sim.Simulation;
import dev.loomlet.sim.world.World;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The engine of a simulation. When everybody waits it moves the clock to the next timer; when there
 * is none, nothing can ever happen again, and that is a failure.
 */
public final class SimEngine implements Engine {
  private final Simulation simulation;
  private final World world;
  private final Fabric fabric;
  private final EngineContext context;
  private final SplittableRandom random;
  private final FileOperations files;
  private final SimSockets sockets;
  private volatile boolean woken;

  /**
   * Opens the engine of a simulation's loop.
   *
   * @param files of its machines
   */
  public SimEngine(
      Simulation simulation,
      World world,
      Fabric fabric,
      FileOperations files,
      EngineContext context) {
    this.simulation = simulation;
    this.world = world;
    this.fabric = fabric;
    this.files = files;
    this.context = context;
    this.random = world.random(World.Chance.LIBRARIES);
    this.sockets = new SimSockets(fabric);
    fabric.attach(context);
    world.policy().attach(context);
  }

  /** What it is the engine of. */
  public Simulation simulation() {
    return simulation;
  }

  @Override
  public String name() {
    return "simulated";
  }

  @Override
  public void poll(long timeoutNanos) {
    if (timeoutNanos == 0 || woken) {
      woken = false;
      return;
    }
    world.throwIfFailed();
    if (world.policy().settleMonitors()) {
      return;
    }
    if (timeoutNanos == Long.MAX_VALUE) {
      if (world.isOver()) {
        // What has ended wakes its loop; nothing else is left to wait for.
        LockSupport.parkNanos(this, 1_000_000);
      } else {
        world.failStuck();
      }
      return;
    }
    world.passTime(timeoutNanos);
  }

  @Override
  public void wakeUp() {
    woken = true;
  }

  @Override
  public HostNames hostNames() {
    return fabric;
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public boolean usesThreads() {
    return false;
  }

  @Override
  public void standsIn(Thread thread, boolean daemon) {
    world.addThread(thread, daemon);
  }

  @Override
  public void leaving(String what) {
    if (!world.isOver()) {
      throw world.escape(what);
    }
  }

  @Override
  public ListenSocket listen(SocketAddress address, ListenOptions options) throws IOException {
    context.checkCancelled();
    return address instanceof UnixDomainSocketAddress path
        ? SimListenSocket.on(fabric, path, options)
        : SimListenSocket.on(fabric, (InetSocketAddress) address, options);
  }

  @Override
  public ListenSocket listen(UnixDomainSocketAddress address, ListenOptions options, int mode)
      throws IOException {
    return listen(address, options);
  }

  @Override
  public StreamSocket connect(SocketAddress address, long timeoutNanos) throws IOException {
    if (address instanceof InetSocketAddress inet) {
      return Handshake.connect(fabric, inet, timeoutNanos);
    }
    context.checkCancelled();
    return SimListenSocket.connect(fabric, (UnixDomainSocketAddress) address);
  }

  @Override
  public MessageSocket openMessages(StandardProtocolFamily family) throws IOException {
    context.checkCancelled();
    if (family == StandardProtocolFamily.UNIX) {
      throw unsupported("Unix sockets for datagrams");
    }
    return new SimMessageSocket(fabric, family);
  }

  @Override
  public List<StreamSocket> openStreamPair() throws IOException {
    context.checkCancelled();
    return List.copyOf(SimStreamSocket.pair(fabric));
  }

  @Override
  public StreamSocket attach(AcceptedSocket accepted) {
    return ((SimAccepted) accepted).socket();
  }

  private static UnsupportedOperationException unsupported(String what) {
    return new UnsupportedOperationException("a simulation has no " + what + " yet");
  }

  @Override
  public PipeOperations pipes() {
    throw unsupported("pipes and standard streams; print by System.out");
  }

  @Override
  public DescriptorWatch watch(int descriptor) {
    throw world.escape("descriptor " + descriptor);
  }

  @Override
  public DescriptorWatch watch(SelectableChannel channel) {
    throw world.escape("the channel " + channel);
  }

  @Override
  public VirtualSockets virtualSockets() {
    return sockets;
  }

  @Override
  public ReadySet newReadySet() {
    return new ReadySet(context);
  }

  @Override
  public FileOperations files() {
    return files;
  }

  /** Whose loop it is. */
  public @Nullable World world() {
    return world;
  }

  @Override
  public void close() {
    world.policy().end();
  }
}
