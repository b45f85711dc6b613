package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.ReadWatch;
import dev.loomlet.wait.Source;
import java.io.IOException;

/** That a socket can be read from, as something to be told of. */
final class ReadSource extends Source {
  private final Loop loop;
  private final ReadWatch socket;

  ReadSource(Loop loop, ReadWatch socket) {
    this.loop = loop;
    this.socket = socket;
  }

  @Override
  public boolean isReady() throws IOException {
    if (!loop.isCurrent()) {
      throw new IllegalStateException(
          "a select with a socket works in greenlets of the socket's loop only, which is " + loop);
    }
    return socket.isReadable();
  }

  @Override
  public void watch(Runnable told) throws IOException {
    socket.watchReadable(told);
  }

  @Override
  public void unwatch() {
    socket.unwatchReadable();
  }
}
