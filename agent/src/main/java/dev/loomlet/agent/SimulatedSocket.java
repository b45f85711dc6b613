package dev.loomlet.agent;

import dev.loomlet.CancelScope;
import dev.loomlet.Cancelled;
import dev.loomlet.Loop;
import dev.loomlet.engine.ListenOptions;
import dev.loomlet.engine.ListenSocket;
import dev.loomlet.engine.StreamSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is behind a {@code java.net.Socket} or {@code ServerSocket} that code of a simulation makes:
 * a socket of its network. Time-outs, closing from elsewhere and half-closing go as the JDK
 * documents them; several may read, or write, one after another.
 *
 * <p>It is of use in its simulation only, on whose one thread all of it happens.
 */
class SimulatedSocket extends SocketImpl {
  private static final String CLOSED = "Socket closed";

  private final Loop loop = Loop.current();
  private final ReentrantLock reading = new ReentrantLock();
  private final ReentrantLock writing = new ReentrantLock();
  private final SimulatedSocketOptions options;
  private final SimulatedInput input = new SimulatedInput(this);
  private @Nullable InetAddress boundTo;
  private @Nullable StreamSocket stream;
  private @Nullable ListenSocket listener;
  private @Nullable CancelScope connecting;
  private boolean inputShut;
  private boolean outputShut;
  private boolean closed;

  SimulatedSocket(boolean server) {
    options = new SimulatedSocketOptions(server);
  }

  private boolean isInside() {
    return Loop.currentOrNull() == loop && Hooks.loop() != null;
  }

  private void requireOpen() throws SocketException {
    if (!isInside()) {
      throw new SocketException(
          "this socket belongs to a simulation, and is of no use outside of it");
    }
    if (closed) {
      throw new SocketException(CLOSED);
    }
  }

  private StreamSocket requireConnected() throws SocketException {
    requireOpen();
    StreamSocket connected = stream;
    if (connected == null) {
      throw new SocketException("not connected");
    }
    return connected;
  }

  /** Something that waits. */
  @FunctionalInterface
  interface Operation<T extends @Nullable Object> {
    T run() throws IOException;
  }

  /** Waits, and fails as the JDK does. */
  private <T extends @Nullable Object> T waiting(String what, Operation<T> operation)
      throws IOException {
    try {
      return operation.run();
    } catch (SocketTimeoutException e) {
      throw becauseOf(new SocketTimeoutException(what + " timed out"), e);
    } catch (SocketException e) {
      throw closed ? becauseOf(new SocketException(CLOSED), e) : e;
    } catch (Cancelled e) {
      if (e.origin() != Cancelled.Cause.INTERRUPT) {
        throw e;
      }
      // Who gets this looks at the flag, closes the socket, and tells its caller so.
      Thread.currentThread().interrupt();
      throw becauseOf(new InterruptedIOException("Closed by interrupt"), e);
    }
  }

  private static <E extends IOException> E becauseOf(E error, Throwable cause) {
    error.initCause(cause);
    return error;
  }

  /** Waits for its turn; returns what is left of a time-out. */
  private static long lock(ReentrantLock lock, long timeoutNanos, String what) throws IOException {
    if (timeoutNanos == 0) {
      lock.lock();
      return 0;
    }
    long start = SimulatedCalls.nanoTime();
    boolean locked = false;
    try {
      locked = lock.tryLock(timeoutNanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw becauseOf(new InterruptedIOException("Closed by interrupt"), e);
    }
    long left = timeoutNanos - (SimulatedCalls.nanoTime() - start);
    if (!locked) {
      throw new SocketTimeoutException(what + " timed out");
    }
    return Math.max(1, left);
  }

  // making it

  @Override
  protected void create(boolean isStream) throws IOException {
    if (!isStream) {
      throw new IOException("Stream socket only");
    }
  }

  @Override
  protected void connect(String host, int remotePort) throws IOException {
    connect(new InetSocketAddress(host, remotePort), 0);
  }

  @Override
  protected void connect(InetAddress remote, int remotePort) throws IOException {
    connect(new InetSocketAddress(remote, remotePort), 0);
  }

  @Override
  protected void connect(SocketAddress remote, int millis) throws IOException {
    if (!(remote instanceof InetSocketAddress target)) {
      throw new IOException("Unsupported address type");
    }
    if (target.isUnresolved()) {
      throw new UnknownHostException(target.getHostString());
    }
    requireOpen();
    if (stream != null || connecting != null) {
      throw new SocketException("already connected");
    }
    if (localport != 0) {
      throw new SocketException(
          "the simulated network chooses the port of a client: bind it to port 0, or not at all");
    }
    try {
      established(waiting("Connect", () -> connect(target, millis)));
    } catch (InterruptedIOException e) {
      close();
      throw e instanceof SocketTimeoutException
          ? e
          : becauseOf(new SocketException("Closed by interrupt"), e);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private StreamSocket connect(InetSocketAddress target, int millis) throws IOException {
    CancelScope scope = new CancelScope();
    connecting = scope;
    try {
      StreamSocket connected = scope.call(() -> loop.engine().connect(target, millis * 1_000_000L));
      if (connected == null) {
        throw new SocketException(CLOSED);
      }
      return connected;
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    } finally {
      connecting = null;
    }
  }

  private void established(StreamSocket connected) throws IOException {
    if (closed) {
      connected.close();
      throw new SocketException(CLOSED);
    }
    stream = connected;
    connected.setOption(StandardSocketOptions.SO_LINGER, options.linger());
    InetSocketAddress remote = (InetSocketAddress) connected.remoteAddress();
    address = remote.getAddress();
    port = remote.getPort();
    InetSocketAddress local = (InetSocketAddress) connected.localAddress();
    boundTo = local.getAddress();
    localport = local.getPort();
  }

  @Override
  protected void bind(InetAddress host, int localPort) throws IOException {
    requireOpen();
    boundTo = host;
    localport = localPort;
  }

  @Override
  protected void listen(int backlog) throws IOException {
    requireOpen();
    InetAddress host = boundTo;
    if (host == null) {
      throw new SocketException("not bound");
    }
    ListenOptions listening =
        new ListenOptions(
            Math.max(1, backlog),
            options.isSet(SocketOptions.SO_REUSEADDR),
            options.isSet(SocketOptions.SO_REUSEPORT));
    ListenSocket opened = loop.engine().listen(new InetSocketAddress(host, localport), listening);
    listener = opened;
    address = host;
    localport = ((InetSocketAddress) opened.localAddress()).getPort();
  }

  @Override
  protected void accept(SocketImpl accepted) throws IOException {
    requireOpen();
    ListenSocket from = listener;
    if (from == null) {
      throw new SocketException("not listening");
    }
    if (!(accepted instanceof SimulatedSocket target)) {
      throw new IOException("a simulated server socket accepts simulated sockets only");
    }
    long timeout = lock(reading, options.timeoutNanos(), "Accept");
    try {
      requireOpen();
      target.established(waiting("Accept", () -> loop.engine().attach(from.accept(timeout))));
    } finally {
      reading.unlock();
    }
  }

  // reading and writing

  /** Reads; as of a stream, -1 at its end. */
  int read(byte[] bytes, int offset, int length) throws IOException {
    StreamSocket from = requireConnected();
    if (inputShut) {
      return -1;
    }
    long timeout = lock(reading, options.timeoutNanos(), "Read");
    try {
      requireOpen();
      return waiting(
          "Read", () -> from.read(MemorySegment.ofArray(bytes), offset, length, timeout));
    } finally {
      reading.unlock();
    }
  }

  /** Reads what has arrived, and does not wait; 0 if nothing has, and -1 at the end. */
  int readArrived(byte[] bytes) throws IOException {
    StreamSocket from = requireConnected();
    if (inputShut || !reading.tryLock()) {
      return 0;
    }
    try {
      return from.isReadable()
          ? waiting("Read", () -> from.read(MemorySegment.ofArray(bytes), 0, bytes.length, 0))
          : 0;
    } finally {
      reading.unlock();
    }
  }

  private void write(byte[] bytes, int offset, int length) throws IOException {
    StreamSocket to = requireConnected();
    lock(writing, 0, "Write");
    try {
      requireOpen();
      waiting(
          "Write",
          () -> {
            to.write(MemorySegment.ofArray(bytes), offset, length, 0);
            return null;
          });
    } finally {
      writing.unlock();
    }
  }

  @Override
  protected InputStream getInputStream() {
    return input;
  }

  @Override
  protected OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length > 0) {
          SimulatedSocket.this.write(bytes, offset, length);
        }
      }
    };
  }

  @Override
  protected int available() throws IOException {
    requireConnected();
    return inputShut ? 0 : input.available();
  }

  @Override
  protected void shutdownInput() throws IOException {
    StreamSocket connected = requireConnected();
    if (!inputShut) {
      inputShut = true;
      connected.shutdownInput();
    }
  }

  @Override
  protected void shutdownOutput() throws IOException {
    StreamSocket connected = requireConnected();
    if (!outputShut) {
      outputShut = true;
      connected.shutdownOutput();
    }
  }

  @Override
  protected void close() {
    if (closed || !isInside()) {
      return;
    }
    closed = true;
    CancelScope scope = connecting;
    if (scope != null) {
      scope.cancel();
    }
    StreamSocket connected = stream;
    if (connected != null) {
      connected.close();
    }
    ListenSocket listening = listener;
    if (listening != null) {
      listening.close();
    }
  }

  // the rest

  @Override
  protected boolean supportsUrgentData() {
    return false;
  }

  @Override
  protected void sendUrgentData(int data) throws IOException {
    throw new SocketException("Urgent data not supported");
  }

  @Override
  protected Set<SocketOption<?>> supportedOptions() {
    return options.supported();
  }

  @Override
  protected <T> void setOption(SocketOption<T> option, T value) throws IOException {
    setOption(options.numberOf(option), value);
  }

  @Override
  protected <T> T getOption(SocketOption<T> option) throws IOException {
    return option.type().cast(getOption(options.numberOf(option)));
  }

  @Override
  public void setOption(int option, @Nullable Object value) throws SocketException {
    requireOpen();
    options.set(option, value);
    StreamSocket connected = stream;
    if (connected != null && option == SocketOptions.SO_LINGER) {
      try {
        connected.setOption(StandardSocketOptions.SO_LINGER, options.linger());
      } catch (IOException e) {
        throw becauseOf(new SocketException(e.getMessage()), e);
      }
    }
  }

  @Override
  public Object getOption(int option) throws SocketException {
    requireOpen();
    if (option == SocketOptions.SO_BINDADDR) {
      InetAddress host = boundTo;
      return host == null ? new InetSocketAddress(0).getAddress() : host;
    }
    return options.get(option);
  }
}
