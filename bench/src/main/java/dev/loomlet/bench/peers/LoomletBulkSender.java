package dev.loomlet.bench.peers;

import dev.loomlet.Loomlet;
import dev.loomlet.file.StandardStreams;
import dev.loomlet.io.StreamReader;
import dev.loomlet.net.TcpStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Sends pieces of 64 KiB when it is told to by a line; {@code bulk send} in C. */
public final class LoomletBulkSender {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ByteBuffer piece = ByteBuffer.allocateDirect(64 * 1024);
  private final ByteBuffer number = ByteBuffer.allocateDirect(Long.BYTES);
  private final Map<Integer, TcpStream> connections = new HashMap<>();

  private LoomletBulkSender() {}

  /** Reads commands from standard input until its end. */
  public static void main(String[] args) throws Exception {
    Loomlet.run(() -> new LoomletBulkSender().serve());
  }

  private void serve() throws IOException {
    StreamReader commands = new StreamReader(StandardStreams.in());
    for (String line; (line = commands.readLine()) != null; ) {
      String[] words = line.split(" ", -1);
      System.out.println(answer(Integer.parseInt(words[0]), Long.parseLong(words[1])));
    }
  }

  private String answer(int port, long pieces) {
    try {
      TcpStream stream = connection(port);
      long total = pieces * piece.capacity();
      long start = System.nanoTime();
      stream.write(number.clear().putLong(total).flip());
      for (long i = 0; i < pieces; i++) {
        stream.write(piece.clear());
      }
      long arrived = readNumber(stream);
      double seconds = (System.nanoTime() - start) / 1e9;
      return arrived == total
          ? "{\"bytes\":" + total + ",\"seconds\":" + seconds + "}"
          : "{\"error\":\"" + arrived + " of " + total + " bytes arrived\"}";
    } catch (IOException e) {
      return "{\"error\":\"cannot send\"}";
    }
  }

  private TcpStream connection(int port) throws IOException {
    TcpStream known = connections.get(port);
    if (known == null) {
      known = TcpStream.connect("127.0.0.1", port);
      known.setReadTimeout(PATIENCE);
      known.setWriteTimeout(PATIENCE);
      connections.put(port, known);
    }
    return known;
  }

  private long readNumber(TcpStream stream) throws IOException {
    number.clear();
    while (number.hasRemaining()) {
      if (stream.read(number) < 0) {
        throw new IOException("the receiver has closed the connection");
      }
    }
    return number.getLong(0);
  }
}
