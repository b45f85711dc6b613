package dev.loomlet.bench.peers;

import java.io.IOException;

/** Blocking sockets, a platform thread with a small stack for each connection. */
public final class JdkPlatformThreadEchoServer {
  private static final long STACK_SIZE = 128 << 10;

  private JdkPlatformThreadEchoServer() {}

  /** Takes the port; never returns. */
  public static void main(String[] args) throws IOException {
    BlockingEcho.run(args, Thread.ofPlatform().stackSize(STACK_SIZE).factory());
  }
}
