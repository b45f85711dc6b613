package dev.loomlet.engine;

import dev.loomlet.linux.DatagramCalls;
import dev.loomlet.linux.Errno;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
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

  private @Nullable LinuxFiles files;

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
   * Somebody begins to wait for a descriptor; for models that must tell the kernel each time.
   *
   * @param readiness {@link Readiness#READABLE} or {@link Readiness#WRITABLE}
   * @throws java.io.UncheckedIOException if it cannot be waited for; the waiter gets the cause
   */
  void arm(LinuxDescriptor descriptor, int readiness) {}

  /** A socket was shut down in a direction on this side, which not every model hears of. */
  void hasShutDown(LinuxDescriptor socket, int readiness) {}

  /** A stream over a connected, non-blocking descriptor, or one that is going to be connected. */
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
  public StreamSocket connect(SocketAddress address, long timeoutNanos) throws IOException {
    context.checkCancelled();
    int fd = calls.streamSocket(SystemCalls.familyOf(address));
    if (fd < 0) {
      throw SocketFailure.connect(address, -fd);
    }
    LinuxStreamSocket socket = adopt(fd, 0);
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
    LinuxMessageSocket socket = new LinuxMessageSocket(this, fd, number);
    int error = register(socket);
    if (error < 0) {
      SystemCalls.close(fd);
      throw refused(error);
    }
    return socket;
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
    return adopt(ours.take(), Readiness.WRITABLE);
  }

  /**
   * Makes a stream of a non-blocking descriptor, which is closed if that fails.
   *
   * @param state what it is believed to be ready for
   */
  final LinuxStreamSocket adopt(int fd, int state) throws IOException {
    LinuxStreamSocket socket = newStream(fd, state);
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
  public final LinuxFiles files() {
    LinuxFiles own = files;
    if (own == null) {
      own = newFiles();
      files = own;
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
    descriptors.closeAll();
  }
}
