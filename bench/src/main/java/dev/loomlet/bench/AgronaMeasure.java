package dev.loomlet.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Agrona's ring buffer in a mapped file between two processes. */
final class AgronaMeasure {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String PEER = "dev.loomlet.bench.peers.AgronaRing";
  private static final String CAPACITY = "1024";

  /** It reads and writes memory by the JDK's own way to do so. */
  private static final List<String> FLAGS =
      List.of("--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED");

  private AgronaMeasure() {}

  /** Nanoseconds of a message of 64 bytes. */
  static double nanosEach(long nanos) throws Exception {
    Path file = Files.createTempFile(Path.of("/dev/shm"), "agrona", ".ring");
    Process producer = null;
    try {
      producer =
          new ProcessBuilder(JavaCommand.of(PEER, FLAGS, file.toString(), CAPACITY))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String seconds = String.format(Locale.ROOT, "%.3f", nanos / 1e9);
      List<String> consumer = JavaCommand.of(PEER, FLAGS, file.toString(), CAPACITY, seconds);
      return Double.parseDouble(Command.run(null, LIMIT, consumer).strip());
    } finally {
      if (producer != null) {
        producer.destroyForcibly().waitFor();
      }
      Files.delete(file);
    }
  }
}
