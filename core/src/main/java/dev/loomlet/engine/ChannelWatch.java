package dev.loomlet.engine;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A channel of somebody else's, by a selector of its own. */
final class ChannelWatch extends ThreadWatch {
  private static final int WRITES = SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;

  private final SelectableChannel channel;

  /**
   * Begins to watch.
   *
   * @throws IllegalArgumentException if the channel blocks
   */
  ChannelWatch(EngineContext context, Progress progress, SelectableChannel channel)
      throws IOException {
    super(context, progress);
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
    if (channel.isBlocking()) {
      throw new IllegalArgumentException(
          "a channel can be waited for if it does not block: call configureBlocking(false)");
    }
    this.channel = channel;
  }

  @Override
  String describe() {
    return "the channel " + channel;
  }

  @Override
  int look(int interest, int millis) throws IOException {
    int operations =
        ((interest & READ) != 0 ? SelectionKey.OP_READ | SelectionKey.OP_ACCEPT : 0)
            | ((interest & WRITE) != 0 ? WRITES : 0);
    try (Selector selector = Selector.open()) {
      SelectionKey key = channel.register(selector, operations & channel.validOps() & ~connect());
      int count = millis == 0 ? selector.selectNow() : selector.select(millis);
      if (!channel.isOpen()) {
        throw new ClosedChannelException();
      }
      int happened = count == 0 ? 0 : key.readyOps();
      return ((happened & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT)) != 0 ? READ : 0)
          | ((happened & WRITES) != 0 ? WRITE : 0);
    }
  }

  /** A connected socket is always ready to be connected. */
  private int connect() {
    return channel instanceof SocketChannel socket && socket.isConnectionPending()
        ? SelectionKey.OP_WRITE
        : SelectionKey.OP_CONNECT;
  }
}
