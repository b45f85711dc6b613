package dev.loomlet.bench;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/** The programs in C, built when first needed. */
final class Natives {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private Natives() {}

  /**
   * Builds what is not up to date. Waits while another process does.
   *
   * @return the folder with the programs
   * @throws UnmeasurableException if there is no compiler or no make, or they fail
   */
  static synchronized Path build() throws UnmeasurableException {
    if (!Home.hasProgram("cc") || !Home.hasProgram("make")) {
      throw new UnmeasurableException(
          "no C compiler or no make; on Debian: apt install gcc make libc6-dev");
    }
    Path folder = Home.built();
    try {
      Files.createDirectories(folder);
      try (FileChannel lock =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        // Until the channel is closed: two of make would write the same files.
        lock.lock();
        Command.run(
            null,
            TIMEOUT,
            List.of(
                "make",
                "-s",
                "-C",
                Home.path().resolve("bench/native").toString(),
                "OUT=" + folder));
      }
    } catch (IOException e) {
      throw new UnmeasurableException(String.valueOf(e.getMessage()));
    }
    return folder;
  }
}
