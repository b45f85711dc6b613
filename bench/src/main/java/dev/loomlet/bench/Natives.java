package dev.loomlet.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The programs in C, built when first needed. */
final class Natives {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private Natives() {}

  /**
   * Builds what is not up to date.
   *
   * @return the folder with the programs
   * @throws UnmeasurableException if there is no compiler or no make, or they fail
   */
  static Path build() throws UnmeasurableException {
    if (!Home.hasProgram("cc") || !Home.hasProgram("make")) {
      throw new UnmeasurableException(
          "no C compiler or no make; on Debian: apt install gcc make libc6-dev");
    }
    try {
      Command.run(
          null,
          TIMEOUT,
          List.of(
              "make",
              "-s",
              "-C",
              Home.path().resolve("bench/native").toString(),
              "OUT=" + Home.built()));
    } catch (IOException e) {
      throw new UnmeasurableException(String.valueOf(e.getMessage()));
    }
    return Home.built();
  }
}
