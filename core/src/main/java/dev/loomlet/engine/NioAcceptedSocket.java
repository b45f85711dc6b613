package dev.loomlet.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A channel on its way from the loop that accepted it to the loop that will serve it. */
final class NioAcceptedSocket implements AcceptedSocket {
  private final AtomicReference<@Nullable SocketChannel> channel;

  NioAcceptedSocket(SocketChannel channel) {
    this.channel = new AtomicReference<>(channel);
  }

  SocketChannel take() {
    SocketChannel taken = channel.getAndSet(null);
    if (taken == null) {
      throw new IllegalStateException("the connection was attached or closed already");
    }
    return taken;
  }

  @Override
  public void close() {
    SocketChannel taken = channel.getAndSet(null);
    if (taken != null) {
      try {
        taken.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot close an accepted connection", e);
      }
    }
  }
}
