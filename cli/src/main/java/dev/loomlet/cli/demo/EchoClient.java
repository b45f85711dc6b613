package dev.loomlet.cli.demo;

import dev.loomlet.net.TcpStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/** One connection to a server: sends a line, waits for the reply, checks it, and so on. */
final class EchoClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final int number;
  private final TcpStream stream;
  private final EchoLine line;
  private final byte[] reply = new byte[EchoLine.LENGTH];

  private EchoClient(int number, TcpStream stream) {
    this.number = number;
    this.stream = stream;
    this.line = new EchoLine(number);
  }

  static EchoClient connect(int number, int port) throws IOException {
    TcpStream stream = TcpStream.connect("127.0.0.1", port, PATIENCE);
    stream.setReadTimeout(PATIENCE);
    stream.setWriteTimeout(PATIENCE);
    return new EchoClient(number, stream);
  }

  /**
   * Sends one line and checks the reply, in a greenlet. After a problem the connection is closed.
   */
  void talk(Tally tally) {
    if (!stream.isOpen()) {
      return;
    }
    try {
      line.next();
      long start = System.nanoTime();
      stream.write(line.request());
      boolean whole = readReply();
      long nanos = System.nanoTime() - start;
      if (whole && Arrays.equals(reply, line.expected())) {
        tally.right(nanos);
        return;
      }
      if (whole) {
        tally.wrong("client " + number + " got a wrong reply");
      } else {
        tally.failed("client " + number + ": the server has closed the connection");
      }
    } catch (IOException e) {
      tally.failed("client " + number + ": " + e.getMessage());
    }
    close();
  }

  private boolean readReply() throws IOException {
    for (int have = 0; have < reply.length; ) {
      int count = stream.read(reply, have, reply.length - have);
      if (count < 0) {
        return false;
      }
      have += count;
    }
    return true;
  }

  @Override
  public void close() {
    stream.close();
  }
}
