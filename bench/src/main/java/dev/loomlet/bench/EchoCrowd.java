package dev.loomlet.bench;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.net.SocketStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Connections to one echo server, a greenlet for each while they are at work. */
final class EchoCrowd implements AutoCloseable {
  private static final byte[] REQUEST =
      "the quick brown fox jumps over the lazy dog, 0123456789 times ok"
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] REPLY =
      new String(REQUEST, StandardCharsets.US_ASCII)
          .toUpperCase(Locale.ROOT)
          .getBytes(StandardCharsets.US_ASCII);

  /** For a server that has stopped answering. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private final List<SocketStream> streams = new ArrayList<>();
  private final byte[] buffer = new byte[REPLY.length];
  private final Histogram latency = new Histogram(60_000_000_000L, 3);
  private long errors;
  private long mismatches;

  /** Opens a connection. */
  interface Opener {
    SocketStream open(int port) throws IOException;
  }

  /** Connects, and has one reply from each connection. */
  EchoCrowd(Opener opener, int port, int connections) throws IOException {
    try {
      for (int i = 0; i < connections; i++) {
        SocketStream stream = opener.open(port);
        streams.add(stream);
        stream.setReadTimeout(PATIENCE);
        stream.setWriteTimeout(PATIENCE);
        ask(stream);
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Asks for a time, and says what came of it as {@code load} does. */
  void run(Duration time, Map<String, Object> answer) {
    latency.reset();
    errors = 0;
    mismatches = 0;
    long start = System.nanoTime();
    long end = start + time.toNanos();
    List<Greenlet<?>> workers = new ArrayList<>();
    for (SocketStream stream : streams) {
      workers.add(Loomlet.spawn(() -> askUntil(stream, end)));
    }
    Loomlet.joinAll(workers);
    double seconds = (System.nanoTime() - start) / 1e9;
    long requests = latency.getTotalCount();
    answer.put("requests", requests);
    answer.put("errors", errors);
    answer.put("mismatches", mismatches);
    answer.put("throughput", requests / seconds);
    answer.put("p50_us", latency.getValueAtPercentile(50) / 1e3);
    answer.put("p99_us", latency.getValueAtPercentile(99) / 1e3);
  }

  private void askUntil(SocketStream stream, long end) {
    try {
      for (long now = System.nanoTime(); now - end < 0; ) {
        ask(stream);
        long then = System.nanoTime();
        latency.recordValue(then - now);
        now = then;
      }
    } catch (IOException e) {
      errors++;
    }
  }

  /** Each reply is read into the same array: nobody else runs between a read and its check. */
  private void ask(SocketStream stream) throws IOException {
    stream.write(REQUEST);
    int got = 0;
    while (got < REPLY.length) {
      int count = stream.read(buffer, got, REPLY.length - got);
      if (count < 0) {
        throw new IOException("the server closed the connection");
      }
      if (!Arrays.equals(buffer, got, got + count, REPLY, got, got + count)) {
        mismatches++;
      }
      got += count;
    }
  }

  @Override
  public void close() {
    streams.forEach(SocketStream::close);
  }
}
