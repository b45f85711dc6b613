package dev.loomlet.engine;

import dev.loomlet.linux.DatagramCalls;
import dev.loomlet.linux.Errno;
import dev.loomlet.linux.MessageCalls;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the engines made of Linux's system calls have in common: sockets and other descriptors, and
 * the operations on them.
 *
 * <p>How a model of I/O learns that a descriptor is ready is what makes the difference: {@link
 * #watch} and {@link #arm} tell the kernel, {@link #poll} hears of it and calls {@link
 * Readiness#ready}. A model that has the kernel do the operations themselves makes sockets of its
 * own by {@link #newStream} and {@link #newListener}, and leaves everything rare to the ones here.
 */
abstract class LinuxEngine implements Engine {
  final SystemCalls calls = new SystemCalls();
  final EngineContext context;
  final ChunkPool chunks = new ChunkPool();
  final Readiness.Progress progress = new Readiness.Progress();
  final DescriptorTable descriptors = new DescriptorTable();
  private @Nullable DatagramCalls datagrams;
  private @Nullable MessageCalls messages;

  private @Nullable LinuxFiles files;
  private @Nullable LinuxPipes pipes;
  private @Nullable JdkDescriptors ofTheJdk;

  /** System calls of the model itself, which are not made by {@link #calls}. */
  long ownCalls() {
    return 0;
  }

  @Override
  public final long systemCalls() {
    DatagramCalls ofDatagrams = datagrams;
    MessageCalls ofMessages = messages;
    return calls.made()
        + ownCalls()
        + (ofDatagrams == null ? 0 : ofDatagrams.made())
        + (ofMessages == null ? 0 : ofMessages.made());
  }

  LinuxEngine(EngineContext context) {
    this.context = context;
  }

  /**
   * Begins to watch a descriptor that has just got its place in the table.
   *
   * @return 0 or a negative error
   */
  abstract int watch(LinuxDescriptor descriptor);

  /** Ends that; the descriptor is still open, and is about to be closed. */
  void unwatch(LinuxDescriptor descriptor) {}

  /**
   * Whether a descriptor of the JDK is best watched from its first wait on, so that waiting costs
   * nothing then.
   */
  boolean keepsWatching() {
    return false;
  }

  /** Whether that holds for the descriptor of a selector, too, which is ready most of the time. */
  boolean keepsSelectors() {
    return keepsWatching();
  }

  /**
   * Somebody begins to wait for a descriptor; for models that must tell the kernel each time.
   *
   * @param readiness {@link Readiness#READABLE} or {@link Readiness#WRITABLE}
   * @throws java.io.UncheckedIOException if it cannot be waited for; the waiter gets the cause
   */
  void arm(LinuxDescriptor descriptor, int readiness) {}

  /**
   * Sends what a socket of the JDK has room for. Does not wait for it to have room.
   *
   * @return how many bytes, or a negative error
   */
  int send(JdkDescriptor socket, MemorySegment source, int length) {
    int n = calls.send(socket.fd, source, length);
    socket.sent(n, length);
    return n;
  }

  /** See {@link JdkDescriptors#sendPieces}. */
  int sendPieces(JdkDescriptor socket, long vector, int count) {
    return JdkDescriptors.NOT_TAKEN;
  }

  /** Reads from a channel of the JDK that has not been waited for, without waiting. */
  int receive(int fd, long address, int length) {
    return calls.receive(fd, address, length);
  }

  /** Writes to such a channel, without waiting. */
  int send(int fd, long address, int length) {
    return calls.send(fd, address, length);
  }

  /** As {@link JdkDescriptors#sendPieces}, to such a channel. */
  int sendPieces(int fd, long vector, int count) {
    return JdkDescriptors.NOT_TAKEN;
  }

  /** Has the kernel do at once what was put off of those; for models that put that off. */
  void finishTransfers() {}

  /** See {@link JdkDescriptors#selected}. */
  void selected(int count) {}

  /** See {@link JdkDescriptors#settle}. */
  boolean settle() {
    return false;
  }

  /**
   * Has the kernel send at once what was given to it for a socket; for models that put that off.
   */
  void finishSend(JdkDescriptor socket) {}

  /** A socket was shut down in a direction on this side, which not every model hears of. */
  void hasShutDown(LinuxDescriptor socket, int readiness) {}

  /**
   * A stream of TCP over a connected, non-blocking descriptor, or one that is going to be
   * connected.
   */
  LinuxStreamSocket newStream(int fd, int state) {
    return new LinuxStreamSocket(this, fd, state);
  }

  /** A listener over a fresh descriptor, which it closes only if it could be made. */
  LinuxListenSocket newListener(int fd, SocketAddress address, ListenOptions options)
      throws IOException {
    return new LinuxListenSocket(this, fd, address, options);
  }

  @Override
  public ListenSocket listen(SocketAddress address, ListenOptions options) throws IOException {
    int fd = calls.streamSocket(SystemCalls.familyOf(address));
    if (fd < 0) {
      throw SocketFailure.bind(address, -fd);
    }
    try {
      return newListener(fd, address, options);
    } catch (IOException | RuntimeException | Error e) {
      SystemCalls.close(fd);
      throw e;
    }
  }

  @Override
  public ListenSocket listen(UnixDomainSocketAddress address, ListenOptions options, int mode)
      throws IOException {
    int fd = calls.streamSocket(SystemCalls.AF_UNIX);
    if (fd < 0) {
      throw SocketFailure.bind(address, -fd);
    }
    try {
      // Before it has a path, so that there is no moment at which others could connect.
      int result = messages().setMode(fd, mode);
      if (result < 0) {
        throw SocketFailure.bind(address, -result);
      }
      return newListener(fd, address, options);
    } catch (IOException | RuntimeException | Error e) {
      SystemCalls.close(fd);
      throw e;
    }
  }

  @Override
  public StreamSocket connect(SocketAddress address, long timeoutNanos) throws IOException {
    context.checkCancelled();
    int fd = calls.streamSocket(SystemCalls.familyOf(address));
    if (fd < 0) {
      throw SocketFailure.connect(address, -fd);
    }
    LinuxStreamSocket socket = adopt(fd, 0, address instanceof UnixDomainSocketAddress);
    try {
      socket.connect(address, timeoutNanos);
      return socket;
    } catch (IOException | RuntimeException | Error e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public MessageSocket openMessages(StandardProtocolFamily family) throws IOException {
    int number =
        switch (family) {
          case INET -> SystemCalls.AF_INET;
          case INET6 -> SystemCalls.AF_INET6;
          case UNIX -> SystemCalls.AF_UNIX;
        };
    int fd = datagrams().socket(number);
    if (fd == -Errno.EAFNOSUPPORT) {
      throw new UnsupportedOperationException("this machine has no sockets of " + family);
    }
    if (fd < 0) {
      throw refused(fd);
    }
    return newMessages(fd, number);
  }

  /** Makes a socket of a non-blocking descriptor, which is closed if that fails. */
  private LinuxMessageSocket newMessages(int fd, int family) throws IOException {
    LinuxMessageSocket socket = new LinuxMessageSocket(this, fd, family);
    int error = register(socket);
    if (error < 0) {
      SystemCalls.close(fd);
      throw refused(error);
    }
    return socket;
  }

  @Override
  public List<StreamSocket> openStreamPair() throws IOException {
    int[] pair = pair(MessageCalls.SOCK_STREAM);
    StreamSocket first = null;
    try {
      first = adopt(pair[0], Readiness.WRITABLE, true);
      return List.of(first, adopt(pair[1], Readiness.WRITABLE, true));
    } catch (IOException | RuntimeException | Error e) {
      if (first == null) {
        SystemCalls.close(pair[1]);
      } else {
        first.close();
      }
      throw e;
    }
  }

  @Override
  public List<MessageSocket> openMessagePair() throws IOException {
    int[] pair = pair(MessageCalls.SOCK_DGRAM);
    LinuxMessageSocket first = null;
    try {
      first = newMessages(pair[0], SystemCalls.AF_UNIX);
      LinuxMessageSocket second = newMessages(pair[1], SystemCalls.AF_UNIX);
      first.adopted();
      second.adopted();
      return List.of(first, second);
    } catch (IOException | RuntimeException | Error e) {
      if (first == null) {
        SystemCalls.close(pair[1]);
      } else {
        first.close();
      }
      throw e;
    }
  }

  private int[] pair(int type) throws IOException {
    MessageCalls calls = messages();
    int result = calls.pair(type);
    if (result == -Errno.EMFILE || result == -Errno.ENFILE) {
      throw new DescriptorsExhaustedException("cannot make a pair of sockets");
    }
    if (result < 0) {
      throw SocketFailure.operation("cannot make", "a pair of sockets", -result);
    }
    return new int[] {calls.answer(0), calls.answer(1)};
  }

  @Override
  public StreamSocket adoptStream(int descriptor, boolean unix) throws IOException {
    LinuxKind kind = LinuxKind.of(calls, descriptor);
    boolean fits = kind.isStream() && (unix ? kind.isUnix() : kind.isIp());
    kind.require(fits, unix ? "a Unix stream" : "a connection over TCP");
    makeNonBlocking(descriptor);
    LinuxStreamSocket socket = adopt(descriptor, Readiness.WRITABLE, unix);
    socket.share();
    return socket;
  }

  @Override
  public ListenSocket adoptListener(int descriptor, boolean unix) throws IOException {
    LinuxKind kind = LinuxKind.of(calls, descriptor);
    boolean fits = kind.listens() && (unix ? kind.isUnix() : kind.isIp());
    kind.require(fits, unix ? "a Unix listener" : "a listener of TCP");
    makeNonBlocking(descriptor);
    LinuxListenSocket socket = new LinuxListenSocket(this, descriptor);
    socket.share();
    return socket;
  }

  @Override
  public MessageSocket adoptMessages(int descriptor, boolean unix) throws IOException {
    LinuxKind kind = LinuxKind.of(calls, descriptor);
    boolean fits = kind.isDatagrams() && (unix ? kind.isUnix() : kind.isIp());
    kind.require(fits, unix ? "a Unix socket for datagrams" : "a socket of UDP");
    makeNonBlocking(descriptor);
    LinuxMessageSocket socket = newMessages(descriptor, kind.domain());
    socket.adopted();
    socket.share();
    return socket;
  }

  @Override
  public int duplicate(int descriptor) throws IOException {
    int duplicate = calls.duplicate(descriptor);
    if (duplicate == -Errno.EMFILE) {
      throw new DescriptorsExhaustedException("cannot duplicate a descriptor");
    }
    if (duplicate < 0) {
      throw SocketFailure.operation("cannot duplicate", "descriptor " + descriptor, -duplicate);
    }
    return duplicate;
  }

  private void makeNonBlocking(int descriptor) throws IOException {
    int result = messages().setNonBlocking(descriptor);
    if (result < 0) {
      SystemCalls.close(descriptor);
      throw SocketFailure.operation("cannot adopt", "descriptor " + descriptor, -result);
    }
  }

  /** Made when they are first needed, because most loops never do. */
  final MessageCalls messages() {
    MessageCalls made = messages;
    if (made == null) {
      made = new MessageCalls();
      messages = made;
    }
    return made;
  }

  /** Made when they are first needed, because most loops never do. */
  final DatagramCalls datagrams() {
    DatagramCalls made = datagrams;
    if (made == null) {
      made = new DatagramCalls();
      datagrams = made;
    }
    return made;
  }

  @Override
  public StreamSocket attach(AcceptedSocket accepted) throws IOException {
    if (!(accepted instanceof LinuxAcceptedSocket ours)) {
      accepted.close();
      throw new IllegalArgumentException("the connection was accepted by another kind of engine");
    }
    return adopt(ours.take(), Readiness.WRITABLE, ours.isUnix());
  }

  /**
   * Makes a stream of a non-blocking descriptor, which is closed if that fails.
   *
   * @param state what it is believed to be ready for
   * @param unix whether it is a Unix socket
   */
  final LinuxStreamSocket adopt(int fd, int state, boolean unix) throws IOException {
    // Descriptors come with bytes and are lost when those are read in the ordinary way: nothing
    // may read a Unix socket of its own accord, so it is left to tries and waits.
    LinuxStreamSocket socket = unix ? new LinuxStreamSocket(this, fd, state) : newStream(fd, state);
    int error = register(socket);
    if (error < 0) {
      SystemCalls.close(fd);
      throw refused(error);
    }
    return socket;
  }

  /** What to throw when {@link #register} gave an error. */
  IOException refused(int error) {
    return error == -Errno.EMFILE || error == -Errno.ENFILE
        ? new DescriptorsExhaustedException("cannot watch a socket")
        : SocketFailure.operation("cannot watch", "a socket by " + name(), -error);
  }

  /**
   * Gives a descriptor its place in the table and begins to watch it.
   *
   * @return 0 or a negative error; then the descriptor is still the caller's to close
   */
  final int register(LinuxDescriptor descriptor) {
    descriptors.add(descriptor);
    int result = watch(descriptor);
    if (result < 0) {
      descriptors.remove(descriptor);
    }
    return result;
  }

  /** Takes a descriptor that is about to be closed out of the table. */
  final void forget(LinuxDescriptor descriptor) {
    unwatch(descriptor);
    descriptors.remove(descriptor);
  }

  @Override
  public final JdkDescriptors jdkDescriptors() {
    JdkDescriptors made = ofTheJdk;
    if (made == null) {
      made = new JdkDescriptors(this);
      ofTheJdk = made;
    }
    return made;
  }

  @Override
  public final LinuxFiles files() {
    LinuxFiles own = files;
    if (own == null) {
      own = newFiles();
      files = own;
    }
    return own;
  }

  @Override
  public DescriptorWatch watch(int descriptor) throws IOException {
    return ForeignDescriptor.of(this, descriptor);
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
  public final PipeOperations pipes() {
    return linuxPipes();
  }

  final LinuxPipes linuxPipes() {
    LinuxPipes own = pipes;
    if (own == null) {
      own = new LinuxPipes(this);
      pipes = own;
    }
    return own;
  }

  /** What does the operations on files. */
  LinuxFiles newFiles() {
    return new LinuxFiles(this);
  }

  @Override
  public void close() {
    if (files != null) {
      files.close();
    }
    if (ofTheJdk != null) {
      ofTheJdk.end();
    }
    descriptors.closeAll();
  }
}
