package dev.loomlet.dns;

import dev.loomlet.Loop;
import dev.loomlet.net.UdpOptions;
import dev.loomlet.net.UdpSocket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;

/**
 * Over UDP, by a socket of its own for each question: its port is one more thing that somebody who
 * wants to forge an answer has to guess (RFC 5452). It is connected, so the kernel drops what comes
 * from elsewhere and reports that nobody listens.
 */
final class UdpExchange implements Exchange {
  private static final InetSocketAddress ANY_IPV4 =
      new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0);
  private static final InetSocketAddress ANY_IPV6 =
      new InetSocketAddress(InetAddress.ofLiteral("::"), 0);

  private final Loop loop;

  UdpExchange(Loop loop) {
    this.loop = loop;
  }

  @Override
  public Reply ask(InetSocketAddress server, byte[] question, Reader reader, long timeoutNanos)
      throws IOException {
    long begin = loop.clock().nanoTime();
    InetSocketAddress local = server.getAddress() instanceof Inet6Address ? ANY_IPV6 : ANY_IPV4;
    try (UdpSocket socket = UdpSocket.bind(local, UdpOptions.DEFAULT)) {
      socket.connect(server);
      socket.setSendTimeout(Duration.ofNanos(timeoutNanos));
      socket.send(question);
      byte[] room = new byte[Wire.UDP_SIZE];
      while (true) {
        long left = timeoutNanos - (loop.clock().nanoTime() - begin);
        if (left <= 0) {
          throw new SocketTimeoutException("no answer");
        }
        socket.setReceiveTimeout(Duration.ofNanos(left));
        int length = socket.receive(room);
        if (length > room.length) {
          length = room.length;
          room[Wire.FLAGS] |= Wire.TRUNCATED;
        }
        // What is wrong may be a forgery, and the right answer still on its way.
        Reply reply = reader.read(Arrays.copyOf(room, length));
        if (reply != null) {
          return reply;
        }
      }
    }
  }
}
