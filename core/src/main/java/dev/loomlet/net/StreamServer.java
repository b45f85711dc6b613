package dev.loomlet.net;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopGroup;
import dev.loomlet.engine.AcceptedSocket;
import dev.loomlet.engine.DescriptorsExhaustedException;
import dev.loomlet.engine.ListenOptions;
import dev.loomlet.wait.OnLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A server of TCP or a Unix socket with a greenlet for each connection; gevent's {@code
 * StreamServer}.
 *
 * {@snippet :
 * StreamServer server = StreamServer.builder(stream -> serve(stream)).bind("127.0.0.1", 8080).start();
 * server.join();
 * }
 *
 * <p>At the limit on connections it stops accepting, and further clients wait in the kernel's
 * queue. When descriptors run out it refuses those that wait, by means of a descriptor kept in
 * reserve, and tries again after a pause that grows up to half a second. An engine that cannot have
 * so many (see {@code select}) loses further clients; the first such error goes to the loop's
 * {@link dev.loomlet.UncaughtHandler}, the others are only counted.
 */
public final class StreamServer implements AutoCloseable {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  /** How long cancelled handlers have to clean up. */
  private static final Duration CANCEL_GRACE = Duration.ofSeconds(5);

  private final StreamHandler handler;
  private final Supplier<Loop> loops;
  private final int maxConnections;
  private final Semaphore permits;
  private final SocketListener listener;
  private final @Nullable TlsOptions tls;

  /** The handlers, each with the connection that it was given. */
  private final Map<Greenlet<?>, Connection> active = new ConcurrentHashMap<>();

  /** The how manyth it is, so that those that are left are ended in an order. */
  private record Connection(long number, AcceptedSocket socket) {}

  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong failedHandshakes = new AtomicLong();
  private final AtomicBoolean toldOfExhaustion = new AtomicBoolean();
  private final Greenlet<?> acceptor;

  private StreamServer(Builder builder, Loop acceptorLoop, SocketListener listener) {
    this.handler = builder.handler;
    LoopGroup group = builder.group;
    this.loops = group == null ? () -> acceptorLoop : group::next;
    this.maxConnections = builder.maxConnections;
    this.permits = new Semaphore(maxConnections);
    this.listener = listener;
    this.tls = builder.tls;
    this.acceptor = acceptorLoop.spawn("acceptor " + listener.address(), this::run);
  }

  /**
   * Begins to describe a server.
   *
   * @param handler called in a new greenlet for each connection
   */
  public static Builder builder(StreamHandler handler) {
    return new Builder(handler);
  }

  /** Describes a server; {@link #start} makes it. */
  public static final class Builder {
    private final StreamHandler handler;
    private String host = "0.0.0.0";
    private int port;
    private @Nullable Path path;
    private UnixOptions unixOptions = UnixOptions.DEFAULT;
    private int maxConnections = Integer.MAX_VALUE;
    private ListenOptions options = ListenOptions.DEFAULT;
    private @Nullable LoopGroup group;
    private @Nullable TlsOptions tls;

    private Builder(StreamHandler handler) {
      this.handler = Objects.requireNonNull(handler);
    }

    /**
     * Where to listen; without it on a free port of all addresses.
     *
     * @param newPort 0 for any free one
     */
    public Builder bind(String newHost, int newPort) {
      host = newHost;
      port = newPort;
      path = null;
      return this;
    }

    /**
     * Listens on a Unix socket; the handler gets {@link UnixStream}s.
     *
     * @param newPath where nothing may be; its file is removed when the server is stopped
     */
    public Builder bind(Path newPath) {
      return bind(newPath, UnixOptions.DEFAULT);
    }

    /** As {@link #bind(Path)}, with rights to the file, or a stale file replaced. */
    public Builder bind(Path newPath, UnixOptions newOptions) {
      path = newPath;
      unixOptions = newOptions;
      return this;
    }

    /**
     * How many connections may be served at once; without it as many as come.
     *
     * @param limit at least 1
     */
    public Builder maxConnections(int limit) {
      if (limit < 1) {
        throw new IllegalArgumentException("maxConnections must be at least 1, not " + limit);
      }
      maxConnections = limit;
      return this;
    }

    /** How to listen. */
    public Builder options(ListenOptions newOptions) {
      options = newOptions;
      return this;
    }

    /**
     * Speaks TLS: the handler gets a {@link TlsStream}. The handshake is done in the connection's
     * own greenlet, within the time that the options allow. If it fails the handler is not called,
     * and only {@link StreamServer#failedHandshakes} tells.
     *
     * @param newTls with an identity
     * @throws IllegalArgumentException if there is no identity
     */
    public Builder tls(TlsOptions newTls) {
      newTls.requireIdentity();
      tls = newTls;
      return this;
    }

    /**
     * Serves connections on the loops of a group in turn, accepted by its first loop; without it on
     * the loop that starts the server.
     */
    public Builder loops(LoopGroup newGroup) {
      group = newGroup;
      return this;
    }

    /**
     * Listens and begins to accept.
     *
     * @throws java.net.BindException if the address is in use, not allowed, or not of this machine
     * @throws java.net.UnknownHostException if the host name cannot be resolved
     * @throws IllegalArgumentException if the port is out of range, or the path too long
     */
    public StreamServer start() throws IOException {
      Loop loop = group == null ? Loop.current() : group.loop(0);
      Path unix = path;
      if (unix != null) {
        return OnLoop.call(
            loop,
            () -> new StreamServer(this, loop, UnixListener.bind(unix, unixOptions, options)));
      }
      InetSocketAddress address = Addresses.resolve(host, port);
      return OnLoop.call(
          loop, () -> new StreamServer(this, loop, TcpListener.bind(address, options)));
    }
  }

  /**
   * Loads what {@link #acceptAll} needs when descriptors run out, because a class file could not be
   * opened then.
   */
  private static void rehearseExhaustion() {
    try {
      throw new DescriptorsExhaustedException("rehearsal");
    } catch (DescriptorsExhaustedException e) {
      longer(Duration.ZERO);
      Loomlet.sleep(Duration.ofNanos(1));
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }

  private void run() throws InterruptedException {
    // Nobody is left to accept when this ends, for whatever reason: clients had better be refused.
    try (listener) {
      acceptAll();
    }
  }

  private void acceptAll() throws InterruptedException {
    rehearseExhaustion();
    Duration pause = FIRST_PAUSE;
    while (true) {
      permits.acquire();
      boolean handedOver = false;
      try {
        AcceptedSocket socket = listener.acceptForAnyLoop();
        handedOver = true;
        accepted.incrementAndGet();
        pause = FIRST_PAUSE;
        serve(socket);
      } catch (DescriptorsExhaustedException e) {
        while (listener.shed()) {
          refused.incrementAndGet();
        }
        Loomlet.sleep(pause);
        pause = longer(pause);
      } catch (IOException e) {
        if (!listener.isOpen()) {
          return;
        }
        throw new java.io.UncheckedIOException(e.getMessage(), e);
      } finally {
        if (!handedOver) {
          permits.release();
        }
      }
    }
  }

  /** Passes a connection, and the permit that was taken for it, to a greenlet. */
  private void serve(AcceptedSocket socket) {
    Loop loop = loops.get();
    try {
      Greenlet<?> greenlet = loop.spawn(() -> serveOn(loop, socket));
      active.put(greenlet, new Connection(accepted.get(), socket));
      if (greenlet.isDone()) {
        // On another loop it may have ended before it was put in.
        active.remove(greenlet);
      }
    } catch (RuntimeException e) {
      socket.close();
      permits.release();
      throw e;
    }
  }

  private void serveOn(Loop loop, AcceptedSocket socket) throws Exception {
    Greenlet<?> self = Objects.requireNonNull(Greenlet.current());
    try (SocketStream stream = listener.newStream(loop, loop.engine().attach(socket))) {
      if (tls == null) {
        handler.handle(stream);
      } else {
        serveEncrypted(stream, tls);
      }
    } catch (DescriptorsExhaustedException e) {
      refused.incrementAndGet();
      // Not the peer's doing, so somebody should know; but once, for this comes by the thousand.
      if (toldOfExhaustion.compareAndSet(false, true)) {
        throw e;
      }
    } catch (IOException e) {
      // The peer is gone; that is how connections end.
      return;
    } finally {
      active.remove(self);
      permits.release();
    }
  }

  private void serveEncrypted(SocketStream stream, TlsOptions options) throws Exception {
    TlsStream encrypted;
    try {
      encrypted = TlsStream.server(stream, options);
    } catch (IOException e) {
      failedHandshakes.incrementAndGet();
      return;
    }
    try (encrypted) {
      handler.handle(encrypted);
    }
  }

  /** Where it listens: an {@link InetSocketAddress} with the real port, or the path. */
  public SocketAddress localAddress() {
    return listener.localAddress();
  }

  /** Where it listens, as {@code HOST:PORT} or the path. */
  public String address() {
    return listener.address();
  }

  /**
   * The port on which it listens.
   *
   * @throws IllegalStateException if it listens on a path
   */
  public int port() {
    if (listener instanceof TcpListener tcp) {
      return tcp.port();
    }
    throw new IllegalStateException(this + " listens on a path, not on a port");
  }

  /** How many connections are being served. */
  public int connections() {
    return active.size();
  }

  /** How many connections were accepted so far. */
  public long acceptedCount() {
    return accepted.get();
  }

  /**
   * How many connections were refused so far because no descriptor was left, or the loop's engine
   * cannot have so many.
   */
  public long refusedCount() {
    return refused.get();
  }

  /** How many connections have ended before TLS was agreed on. */
  public long failedHandshakes() {
    return failedHandshakes.get();
  }

  /**
   * Waits until the server is stopped.
   *
   * @throws dev.loomlet.Cancelled if the caller is cancelled; the server goes on
   */
  public void join() {
    acceptor.join();
  }

  /**
   * Stops accepting at once, then waits for the connections that are being served, for a limited
   * time, and cancels the rest. Waits until they are gone.
   *
   * @param deadline how long connections may take to end by themselves; 0 to cancel them at once
   * @return how many had to be cancelled
   */
  public int stop(Duration deadline) {
    try {
      return acceptor.loop().call(() -> stopOnLoop(deadline));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("stopping throws no checked exception", e);
    }
  }

  private int stopOnLoop(Duration deadline) {
    listener.close();
    acceptor.join();
    Loomlet.joinAll(deadline, activeInOrder());
    int cancelled = 0;
    for (Greenlet<?> each : activeInOrder()) {
      if (each.cancel(true)) {
        cancelled++;
      }
    }
    Loomlet.joinAll(CANCEL_GRACE, activeInOrder());
    // A handler that was cancelled before it started has not come to close its connection.
    active.values().forEach(each -> each.socket.close());
    return cancelled;
  }

  private List<Greenlet<?>> activeInOrder() {
    return active.entrySet().stream()
        .sorted(Comparator.comparingLong(each -> each.getValue().number))
        .<Greenlet<?>>map(Map.Entry::getKey)
        .toList();
  }

  /** Stops without waiting for connections; {@link #stop} with a deadline of 0. */
  @Override
  public void close() {
    stop(Duration.ZERO);
  }

  @Override
  public String toString() {
    return "StreamServer[" + address() + ", " + connections() + " connections]";
  }
}
