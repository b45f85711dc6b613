/**
 * Loomlet's benchmarks: micro-benchmarks of the core, and servers side by side with a reference in
 * C and with others.
 */
module dev.loomlet.bench {
  requires dev.loomlet;
  requires dev.loomlet.dns;
  requires dev.loomlet.process;
  requires dev.loomlet.sim;
  requires java.management;
  requires HdrHistogram;
  requires static transitive org.jspecify;
  // Netty is a peer; whoever measures without it needs no jar of it.
  requires static io.netty.buffer;
  requires static io.netty.handler;
  requires static io.netty.transport;
  requires static io.netty.transport.classes.epoll;
  requires static io.netty.transport.classes.io_uring;
  // So are Kotlin's coroutines.
  requires static kotlin.stdlib;
  requires static kotlinx.coroutines.core;

  // And Agrona's ring buffer.
  requires static org.agrona;

  exports dev.loomlet.bench;
}
