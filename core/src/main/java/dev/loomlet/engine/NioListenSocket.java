package dev.loomlet.engine;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A listening channel on the selector. */
final class NioListenSocket extends NioDescriptor implements ListenSocket {
  private final ServerSocketChannel channel;
  private final SocketAddress localAddress;
  private final String description;

  /** Any channel, kept to be given up for a moment when there is no descriptor left. */
  private @Nullable SocketChannel reserve;

  NioListenSocket(
      NioEngine engine, ServerSocketChannel channel, SocketAddress address, ListenOptions options)
      throws IOException {
    super(engine, channel, READABLE, SelectionKey.OP_ACCEPT);
    this.channel = channel;
    if (address instanceof InetSocketAddress) {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, options.reuseAddress());
    }
    if (address instanceof InetSocketAddress && options.reusePort()) {
      channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    }
    bind(address, options.backlog());
    this.localAddress = channel.getLocalAddress();
    this.description = "the listener on " + SocketFailure.text(localAddress);
    this.reserve = SocketChannel.open();
    // Loads the class now: its file could not be opened when it is needed.
    NioFailure.isExhausted(new IOException());
  }

  private void bind(SocketAddress address, int backlog) throws IOException {
    try {
      channel.bind(address, backlog);
    } catch (BindException e) {
      String reason = String.valueOf(e.getMessage());
      throw new BindException(
          "cannot listen on "
              + SocketFailure.text(address)
              + ": "
              + (reason.contains("in use") ? "address already in use" : reason));
    } catch (SocketException e) {
      if (!(address instanceof InetSocketAddress)) {
        throw new BindException(
            "cannot listen on " + SocketFailure.text(address) + ": " + e.getMessage());
      }
      throw String.valueOf(e.getMessage()).contains("ermission")
          ? SocketFailure.privileged(address)
          : e;
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
        SocketChannel accepted = acceptNow();
        if (accepted != null) {
          return new NioAcceptedSocket(accepted);
        }
        state &= ~READABLE;
      }
      if (deadline == 0) {
        deadline = deadline(timeoutNanos);
      }
      awaitReadable(deadline, timeoutNanos, "accept");
    }
  }

  private @Nullable SocketChannel acceptNow() throws IOException {
    try {
      return channel.accept();
    } catch (IOException e) {
      throw NioFailure.isExhausted(e)
          ? new DescriptorsExhaustedException("cannot accept on " + description)
          : e;
    }
  }

  @Override
  public boolean shed() {
    if (!isOpen()) {
      return false;
    }
    try {
      if (reserve != null) {
        reserve.close();
        reserve = null;
      }
      SocketChannel refused = channel.accept();
      if (refused != null) {
        refused.close();
      }
      reserve = SocketChannel.open();
      return refused != null;
    } catch (IOException e) {
      // Somebody else took the descriptor that was given up: nothing more can be done for now.
      return false;
    }
  }

  @Override
  public SocketAddress localAddress() {
    return localAddress;
  }

  @Override
  public void close() {
    if (!isOpen()) {
      return;
    }
    super.close();
    // A registered channel is closed for good, and its port free, only when its selector looks.
    engine.pollForGreenlet();
    try {
      if (reserve != null) {
        reserve.close();
        reserve = null;
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot close the reserve descriptor", e);
    }
  }
}
