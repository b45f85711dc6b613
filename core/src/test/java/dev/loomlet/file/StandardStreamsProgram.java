package dev.loomlet.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Engines;
import dev.loomlet.engine.PipeOperations.Standard;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Reads a line on each engine, one after the other; run by {@link StandardStreamsTest}. */
final class StandardStreamsProgram {
  private StandardStreamsProgram() {}

  public static void main(String[] args) throws Exception {
    for (String engine : StandardStreamsTest.engines()) {
      Loomlet.run(
          LoopOptions.defaults().withEngine(Engines.byName(engine)), () -> readLine(engine));
    }
  }

  private static void readLine(String engine) throws Exception {
    int[] ticks = new int[1];
    var ticker =
        Loomlet.spawn(
            () -> {
              while (true) {
                Loomlet.sleep(1);
                ticks[0]++;
              }
            });
    PipeWriter out = StandardStreams.out();
    out.write(("ready " + engine + "\n").getBytes(UTF_8));
    String line = line(StandardStreams.in());
    while (ticks[0] < 2) {
      Loomlet.sleep(1);
    }
    ticker.kill();
    String terminal = StandardStreams.isTerminal(Standard.INPUT) ? " from a terminal" : "";
    StandardStreams.err().write(("got " + line + terminal + "\n").getBytes(UTF_8));
  }

  private static String line(PipeReader in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    byte[] one = new byte[1];
    while (in.read(one) == 1 && one[0] != '\n') {
      line.write(one[0]);
    }
    return line.toString(UTF_8).strip();
  }
}
