package dev.loomlet.dns;

import dev.loomlet.AsyncResult;
import dev.loomlet.Loop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Over UDP. Questions that are under way at the same time share a port, some of them; one that is
 * alone has its own.
 */
final class UdpExchange implements Exchange {
  private final Loop loop;

  /** From which the next question to a server goes. */
  private final Map<InetSocketAddress, UdpPort> ports = new HashMap<>();

  UdpExchange(Loop loop) {
    this.loop = loop;
  }

  @Override
  public Reply ask(InetSocketAddress server, byte[] question, Reader reader, long timeoutNanos)
      throws IOException {
    long begin = loop.clock().nanoTime();
    int id = Wire.id(question);
    UdpPort port = portFor(server, id);
    AsyncResult<Reply> reply = port.expect(id, reader);
    try {
      port.send(question, Duration.ofNanos(timeoutNanos));
      long left = timeoutNanos - (loop.clock().nanoTime() - begin);
      if (left <= 0 || !reply.join(Duration.ofNanos(left))) {
        throw new SocketTimeoutException("no answer");
      }
      return valueOf(reply);
    } finally {
      if (port.forget(id)) {
        ports.remove(server, port);
        port.close();
      }
    }
  }

  private UdpPort portFor(InetSocketAddress server, int id) throws IOException {
    UdpPort port = ports.get(server);
    if (port == null || !port.takes(id)) {
      port = UdpPort.open(loop, server);
      ports.put(server, port);
    }
    return port;
  }

  private static Reply valueOf(AsyncResult<Reply> ended) throws IOException {
    Reply reply = ended.value();
    if (reply != null) {
      return reply;
    }
    switch (ended.exception()) {
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case null, default ->
          throw new IllegalStateException("no answer was received", ended.exception());
    }
  }
}
