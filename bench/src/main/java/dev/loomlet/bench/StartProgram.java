package dev.loomlet.bench;

import dev.loomlet.process.JavaProcess;
import java.time.Duration;

/** A small program that starts processes, for {@link ProcessStarts}. */
final class StartProgram {
  private StartProgram() {}

  /** Prints the nanoseconds of one; the first is not timed. */
  static void main(String[] arguments) throws Exception {
    boolean _ = JavaProcess.prepare(Duration.ofMinutes(2));
    Timed.Batch one = () -> JavaProcess.start(() -> {}).join();
    one.run();
    System.out.println(Timed.repeat(Long.parseLong(arguments[0]), 1, one));
  }
}
