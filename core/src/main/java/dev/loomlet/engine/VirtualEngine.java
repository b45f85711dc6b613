package dev.loomlet.engine;

import dev.loomlet.time.VirtualClock;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An engine without a kernel, for loops in virtual time: when everybody waits, it moves the {@link
 * VirtualClock} to the next timer instead of sleeping. Only when there is no timer it waits in
 * earnest, for another thread to hand something to the loop.
 *
 * <p>It does no input or output: each operation throws an {@code UnsupportedOperationException}
 * that says so. Who has a network or a disk in memory overrides the operations concerned.
 */
public class VirtualEngine implements Engine {
  private final VirtualClock clock;

  /** The loop's thread while it waits in earnest. */
  private volatile @Nullable Thread sleeper;

  private volatile boolean woken;

  /**
   * Creates the engine of a loop.
   *
   * @throws IllegalArgumentException if the loop's clock is not a {@link VirtualClock}
   */
  public VirtualEngine(EngineContext context) {
    if (!(context.clock() instanceof VirtualClock virtual)) {
      throw new IllegalArgumentException(
          "an engine of virtual time needs a loop with a VirtualClock: see"
              + " LoopOptions.withVirtualTime");
    }
    this.clock = virtual;
  }

  @Override
  public String name() {
    return "virtual";
  }

  @Override
  public final void poll(long timeoutNanos) {
    if (!woken && timeoutNanos == Long.MAX_VALUE) {
      waitInEarnest();
    } else if (!woken && timeoutNanos > 0) {
      clock.advance(timeoutNanos);
    }
    woken = false;
  }

  private void waitInEarnest() {
    Thread self = Thread.currentThread();
    sleeper = self;
    while (!woken && !self.isInterrupted()) {
      LockSupport.park(this);
    }
    sleeper = null;
  }

  @Override
  public final void wakeUp() {
    woken = true;
    LockSupport.unpark(sleeper);
  }

  /** What an operation does that there is not. */
  private static UnsupportedOperationException unsupported(String what) {
    return new UnsupportedOperationException(
        what + " in virtual time: this loop has no kernel; run it on a loop of real time");
  }

  @Override
  public ListenSocket listen(SocketAddress address, ListenOptions options) throws IOException {
    throw unsupported("nobody can listen on " + address);
  }

  @Override
  public ListenSocket listen(UnixDomainSocketAddress address, ListenOptions options, int mode)
      throws IOException {
    return listen(address, options);
  }

  @Override
  public StreamSocket connect(SocketAddress address, long timeoutNanos) throws IOException {
    throw unsupported("nobody can connect to " + address);
  }

  @Override
  public MessageSocket openMessages(StandardProtocolFamily family) throws IOException {
    throw unsupported("there are no datagrams");
  }

  @Override
  public List<StreamSocket> openStreamPair() throws IOException {
    throw unsupported("there are no sockets");
  }

  @Override
  public StreamSocket attach(AcceptedSocket accepted) throws IOException {
    throw unsupported("there are no sockets");
  }

  @Override
  public PipeOperations pipes() {
    throw unsupported("there are no pipes and standard streams");
  }

  @Override
  public DescriptorWatch watch(int descriptor) throws IOException {
    throw unsupported("no descriptor can be watched");
  }

  @Override
  public DescriptorWatch watch(SelectableChannel channel) throws IOException {
    throw unsupported("no channel can be watched");
  }

  @Override
  public ReadySet newReadySet() {
    throw unsupported("there is nothing to select from");
  }

  @Override
  public FileOperations files() {
    throw unsupported("there are no files");
  }

  @Override
  public void close() {}
}
