package dev.loomlet.bench.peers;

import java.io.IOException;

/**
 * Blocking sockets, a virtual thread for each connection, on the JDK's default scheduler.
 *
 * <p>For one carrier thread, run it with {@code -Djdk.virtualThreadScheduler.parallelism=1}.
 */
public final class JdkVirtualThreadEchoServer {
  private JdkVirtualThreadEchoServer() {}

  /** Takes the port; never returns. */
  public static void main(String[] args) throws IOException {
    BlockingEcho.run(args, Thread.ofVirtual().factory());
  }
}
