package dev.loomlet.bench.peers;

import dev.loomlet.Loomlet;
import dev.loomlet.net.TcpStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Sends pieces of 64 KiB when it is told to by a line; {@code bulk send} in C. */
public final class LoomletBulkSender {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ByteBuffer piece = ByteBuffer.allocateDirect(64 * 1024);

  private LoomletBulkSender() {}

  /** Reads commands from standard input until its end. */
  public static void main(String[] args) throws Exception {
    LoomletBulkSender sender = new LoomletBulkSender();
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = commands.readLine()) != null; ) {
      String[] words = line.split(" ", -1);
      int port = Integer.parseInt(words[0]);
      long nanos = (long) (Double.parseDouble(words[1]) * 1e9);
      System.out.println(Loomlet.run(() -> sender.answer(port, nanos)));
    }
  }

  private String answer(int port, long nanos) {
    try (TcpStream stream = TcpStream.connect("127.0.0.1", port)) {
      stream.setReadTimeout(PATIENCE);
      stream.setWriteTimeout(PATIENCE);
      long total = 0;
      long start = System.nanoTime();
      while (System.nanoTime() - start < nanos) {
        stream.write(piece.clear());
        total += piece.capacity();
      }
      stream.shutdownOutput();
      long arrived = readLong(stream);
      double seconds = (System.nanoTime() - start) / 1e9;
      return arrived == total
          ? "{\"bytes\":" + total + ",\"seconds\":" + seconds + "}"
          : "{\"error\":\"" + arrived + " of " + total + " bytes arrived\"}";
    } catch (IOException e) {
      return "{\"error\":\"cannot send\"}";
    }
  }

  private static long readLong(TcpStream stream) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(Long.BYTES);
    while (answer.hasRemaining()) {
      if (stream.read(answer) < 0) {
        throw new IOException("the receiver has closed the connection");
      }
    }
    return answer.getLong(0);
  }
}
