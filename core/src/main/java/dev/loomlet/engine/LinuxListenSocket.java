package dev.loomlet.engine;

import dev.loomlet.linux.Errno;
import dev.loomlet.linux.SystemCalls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;

/** A listening socket of TCP or a Unix socket, by tries and waits. */
class LinuxListenSocket extends LinuxDescriptor implements ListenSocket {
  private static final int NO_RESERVE = -1;

  private final SocketAddress localAddress;
  private final String description;

  /** Any descriptor, kept to be given up for a moment when there is none left. */
  private int reserve;

  LinuxListenSocket(LinuxEngine engine, int fd, SocketAddress address, ListenOptions options)
      throws IOException {
    super(engine, fd, 0);
    if (address instanceof InetSocketAddress) {
      // Accepted sockets inherit it, which saves a system call for each of them.
      option(address, LinuxOption.of(StandardSocketOptions.TCP_NODELAY), true);
      option(address, LinuxOption.of(StandardSocketOptions.SO_REUSEADDR), options.reuseAddress());
      option(address, LinuxOption.of(StandardSocketOptions.SO_REUSEPORT), options.reusePort());
    }
    check(address, calls.bind(fd, address));
    check(address, calls.listen(fd, options.backlog()));
    SocketAddress bound = calls.localAddress(fd);
    this.localAddress = bound == null ? address : bound;
    this.description = "the listener on " + SocketFailure.text(localAddress);
    int error = engine.register(this);
    if (error < 0) {
      throw engine.refused(error);
    }
    int duplicate = calls.duplicate(fd);
    this.reserve = duplicate < 0 ? NO_RESERVE : duplicate;
  }

  /** Takes over a non-blocking socket that listens already; it is closed if that fails. */
  LinuxListenSocket(LinuxEngine engine, int fd) throws IOException {
    super(engine, fd, 0);
    SocketAddress bound = calls.localAddress(fd);
    this.localAddress = bound == null ? SocketFailure.UNKNOWN : bound;
    this.description = "the listener on " + SocketFailure.text(localAddress);
    int error = engine.register(this);
    if (error < 0) {
      SystemCalls.close(fd);
      throw engine.refused(error);
    }
    int duplicate = calls.duplicate(fd);
    this.reserve = duplicate < 0 ? NO_RESERVE : duplicate;
  }

  private void option(SocketAddress address, LinuxOption option, boolean on) throws IOException {
    check(address, calls.setOption(fd, option.level(), option.number(), on ? 1 : 0));
  }

  private static void check(SocketAddress address, int result) throws IOException {
    if (result < 0) {
      throw SocketFailure.bind(address, -result);
    }
  }

  @Override
  String describe() {
    return description;
  }

  @Override
  public AcceptedSocket accept(long timeoutNanos) throws IOException {
    beginRead();
    long deadline = 0;
    while (true) {
      if ((state & READABLE) != 0) {
        int accepted = calls.accept(fd);
        if (accepted >= 0) {
          return wrap(accepted);
        }
        if (accepted == -Errno.EAGAIN) {
          state &= ~READABLE;
        } else {
          examine(-accepted);
        }
        continue;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "accept");
    }
  }

  /** Makes a connection of an accepted descriptor. */
  final LinuxAcceptedSocket wrap(int accepted) {
    return new LinuxAcceptedSocket(accepted, localAddress instanceof UnixDomainSocketAddress);
  }

  /** Throws unless the error concerns one connection that is gone already (accept(2), notes). */
  final void examine(int errno) throws IOException {
    switch (errno) {
      case Errno.EINTR,
          Errno.ECONNABORTED,
          Errno.EPROTO,
          Errno.ENETDOWN,
          Errno.EHOSTUNREACH,
          Errno.ENETUNREACH,
          Errno.EOPNOTSUPP -> {}
      case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM ->
          throw new DescriptorsExhaustedException("cannot accept on " + description);
      default ->
          throw new SocketException("cannot accept on " + description + ": " + Errno.text(errno));
    }
  }

  @Override
  public boolean shed() {
    if (!isOpen()) {
      return false;
    }
    if (reserve != NO_RESERVE) {
      SystemCalls.close(reserve);
      reserve = NO_RESERVE;
    }
    int refused = calls.accept(fd);
    if (refused >= 0) {
      SystemCalls.close(refused);
    } else if (refused == -Errno.EAGAIN) {
      state &= ~READABLE;
    }
    int duplicate = calls.duplicate(fd);
    reserve = duplicate < 0 ? NO_RESERVE : duplicate;
    return refused >= 0;
  }

  @Override
  public SocketAddress localAddress() {
    return localAddress;
  }

  @Override
  void closeDescriptor() {
    super.closeDescriptor();
    if (reserve != NO_RESERVE) {
      SystemCalls.close(reserve);
      reserve = NO_RESERVE;
    }
  }
}
