package dev.loomlet.engine;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's selector: works wherever Java works, at a higher price.
 *
 * <p>Each channel is registered once; what it waits for is set when somebody begins to wait and
 * taken back when it happens, because a selector is level-triggered.
 */
final class NioEngine implements Engine {
  static final String NAME = "nio";

  final EngineContext context;
  final ChunkPool chunks = new ChunkPool();
  final Readiness.Progress progress = new Readiness.Progress();
  private final Selector selector;
  private final HelperFiles files;
  private final NioPipes pipes = new NioPipes(this);

  NioEngine(EngineContext context) throws IOException {
    this.context = context;
    this.selector = Selector.open();
    this.files = new HelperFiles(context, progress, chunks);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void poll(long timeoutNanos) {
    try {
      if (timeoutNanos == 0) {
        selector.selectNow(this::dispatch);
      } else if (timeoutNanos == Long.MAX_VALUE) {
        selector.select(this::dispatch);
      } else {
        selector.select(this::dispatch, Math.max(1, (timeoutNanos + 999_999) / 1_000_000));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("the selector failed", e);
    }
  }

  /** Polls without a wait for a greenlet, whose interrupt flag does mean something. */
  void pollForGreenlet() {
    boolean interrupted = Thread.currentThread().isInterrupted();
    poll(0);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void dispatch(SelectionKey key) {
    if (!key.isValid()) {
      return;
    }
    int operations = key.readyOps();
    key.interestOpsAnd(~operations);
    int readiness = 0;
    if ((operations & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT)) != 0) {
      readiness |= Readiness.READABLE;
    }
    if ((operations & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0) {
      readiness |= Readiness.WRITABLE;
    }
    ((Readiness) key.attachment()).ready(readiness);
  }

  @Override
  public void wakeUp() {
    selector.wakeup();
  }

  SelectionKey register(SelectableChannel channel, Readiness waiter) throws IOException {
    channel.configureBlocking(false);
    return channel.register(selector, 0, waiter);
  }

  @Override
  public ListenSocket listen(SocketAddress address, ListenOptions options) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(family(address));
    try {
      return new NioListenSocket(this, channel, address, options);
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public ListenSocket listen(UnixDomainSocketAddress address, ListenOptions options, int mode)
      throws IOException {
    ListenSocket socket = listen(address, options);
    try {
      Files.setAttribute(address.getPath(), "unix:mode", mode);
      return socket;
    } catch (IOException | RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  /**
   * The family that an address needs.
   *
   * @throws IllegalArgumentException if it is neither of IP nor of Unix, or not resolved
   */
  private static StandardProtocolFamily family(SocketAddress address) {
    return switch (address) {
      case UnixDomainSocketAddress _ -> StandardProtocolFamily.UNIX;
      case InetSocketAddress inet when !inet.isUnresolved() ->
          inet.getAddress() instanceof Inet6Address
              ? StandardProtocolFamily.INET6
              : StandardProtocolFamily.INET;
      default ->
          throw new IllegalArgumentException(
              "an address must be a resolved InetSocketAddress or a UnixDomainSocketAddress, not "
                  + address);
    };
  }

  @Override
  public StreamSocket connect(SocketAddress address, long timeoutNanos) throws IOException {
    context.checkCancelled();
    Pause pause = new Pause(context);
    long deadline = timeoutNanos == 0 ? 0 : context.clock().nanoTime() + timeoutNanos | 1;
    NioStreamSocket socket = tryConnect(address, timeoutNanos);
    while (socket == null) {
      if (!pause.before(deadline)) {
        throw new SocketTimeoutException(
            "connect timed out after "
                + timeoutNanos / 1_000_000
                + " ms: "
                + SocketFailure.text(address));
      }
      socket = tryConnect(address, timeoutNanos);
    }
    return socket;
  }

  /** Connects, unless a Unix socket's queue is full. */
  private @Nullable NioStreamSocket tryConnect(SocketAddress address, long timeoutNanos)
      throws IOException {
    SocketChannel channel;
    try {
      channel = SocketChannel.open(family(address));
    } catch (java.net.SocketException e) {
      throw NioFailure.isExhausted(e)
          ? new DescriptorsExhaustedException("cannot connect to " + SocketFailure.text(address))
          : e;
    }
    NioStreamSocket socket = adopt(channel, 0);
    try {
      if (socket.connect(address, timeoutNanos)) {
        return socket;
      }
      socket.close();
      return null;
    } catch (IOException | RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public MessageSocket openMessages(StandardProtocolFamily family) throws IOException {
    if (family == StandardProtocolFamily.UNIX) {
      throw new UnsupportedOperationException(
          "the JDK has no Unix sockets for datagrams, so the engine nio has none; use an engine of"
              + " Linux, such as epoll");
    }
    DatagramChannel channel;
    try {
      channel = DatagramChannel.open(family);
    } catch (java.net.SocketException e) {
      throw NioFailure.isExhausted(e)
          ? new DescriptorsExhaustedException("cannot open a UDP socket")
          : e;
    }
    try {
      return new NioMessageSocket(this, channel);
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public StreamSocket attach(AcceptedSocket accepted) throws IOException {
    if (!(accepted instanceof NioAcceptedSocket ours)) {
      accepted.close();
      throw new IllegalArgumentException("the connection was accepted by another kind of engine");
    }
    SocketChannel channel = ours.take();
    NioStreamSocket.avoidDelay(channel);
    return adopt(channel, Readiness.WRITABLE);
  }

  @Override
  public List<StreamSocket> openStreamPair() throws IOException {
    List<SocketChannel> channels;
    try {
      channels = NioPair.open();
    } catch (IOException e) {
      throw NioFailure.isExhausted(e)
          ? new DescriptorsExhaustedException("cannot make a pair of sockets")
          : e;
    }
    StreamSocket first = null;
    try {
      first = adopt(channels.getFirst(), Readiness.WRITABLE);
      return List.of(first, adopt(channels.getLast(), Readiness.WRITABLE));
    } catch (IOException | RuntimeException | Error e) {
      channels.getLast().close();
      if (first != null) {
        first.close();
      }
      throw e;
    }
  }

  private NioStreamSocket adopt(SocketChannel channel, int state) throws IOException {
    try {
      return new NioStreamSocket(this, channel, state);
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public DescriptorWatch watch(int descriptor) throws IOException {
    try {
      return new PolledDescriptor(context, progress, descriptor);
    } catch (LinkageError e) {
      throw new UnsupportedOperationException("this system has no descriptors to wait for", e);
    }
  }

  @Override
  public DescriptorWatch watch(SelectableChannel channel) throws IOException {
    return new ChannelWatch(context, progress, channel);
  }

  @Override
  public ReadySet newReadySet() {
    return new ReadySet(context);
  }

  @Override
  public PipeOperations pipes() {
    return pipes;
  }

  @Override
  public FileOperations files() {
    return files;
  }

  @Override
  public void close() {
    files.close();
    for (SelectionKey key : new ArrayList<>(selector.keys())) {
      ((NioDescriptor) key.attachment()).close();
    }
    try {
      selector.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot close the selector", e);
    }
  }
}
