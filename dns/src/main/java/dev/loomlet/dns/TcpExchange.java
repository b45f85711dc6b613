package dev.loomlet.dns;

import dev.loomlet.Loop;
import dev.loomlet.net.TcpStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Over TCP, by a connection of its own for each question (RFC 7766): for what UDP truncates. */
final class TcpExchange implements Exchange {
  private final Loop loop;
  private final Duration timeout;

  /**
   * Creates one with nothing under way.
   *
   * @param timeout for each question and its answer together
   */
  TcpExchange(Loop loop, Duration timeout) {
    this.loop = loop;
    this.timeout = timeout;
  }

  @Override
  public Reply ask(InetSocketAddress server, Question question, int id, boolean edns)
      throws IOException {
    long deadline = loop.clock().nanoTime() + timeout.toNanos();
    byte[] packet = Wire.write(question, id, edns);
    try (TcpStream stream =
        TcpStream.connect(server.getAddress().getHostAddress(), server.getPort(), left(deadline))) {
      ByteBuffer framed = ByteBuffer.allocate(2 + packet.length);
      framed.putShort((short) packet.length).put(packet).flip();
      stream.setWriteTimeout(left(deadline));
      stream.write(framed);
      int length = ByteBuffer.wrap(read(stream, 2, deadline)).getShort() & 0xffff;
      if (length > Wire.TCP_SIZE) {
        throw new ProtocolException(
            "an answer of " + length + " bytes, more than the " + Wire.TCP_SIZE + " allowed");
      }
      Reply reply = Wire.read(read(stream, length, deadline), question, id);
      if (reply == null) {
        throw new ProtocolException("an answer that cannot be understood");
      }
      return reply;
    }
  }

  private Duration left(long deadline) throws SocketTimeoutException {
    long left = deadline - loop.clock().nanoTime();
    if (left <= 0) {
      throw new SocketTimeoutException("no answer");
    }
    return Duration.ofNanos(left);
  }

  private byte[] read(TcpStream stream, int length, long deadline) throws IOException {
    byte[] bytes = new byte[length];
    int read = 0;
    while (read < length) {
      stream.setReadTimeout(left(deadline));
      int n = stream.read(bytes, read, length - read);
      if (n < 0) {
        throw new EOFException("the connection was closed in the middle of an answer");
      }
      read += n;
    }
    return bytes;
  }
}
