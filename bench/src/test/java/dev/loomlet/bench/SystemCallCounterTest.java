package dev.loomlet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SystemCallCounterTest {

  static Stream<SystemCallCounter> counters() {
    return Stream.of(new PerfCounter(), new StraceCounter());
  }

  /** A shell that makes two writes for each line it is given: one here, one there. */
  private static Process shell() throws IOException {
    assumeThat(Files.isExecutable(Path.of("/bin/sh"))).isTrue();
    return new ProcessBuilder(
            "/bin/sh", "-c", "while read -r line; do echo $line; echo $line >&2; done")
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static void ask(Process shell, int times) throws IOException {
    BufferedReader answers = shell.inputReader();
    for (int i = 0; i < times; i++) {
      shell.outputWriter().append("a\n").flush();
      assertThat(answers.readLine()).isEqualTo("a");
    }
  }

  @ParameterizedTest
  @MethodSource("counters")
  void theCallsOfAnotherProcessAreCounted(SystemCallCounter counter) throws IOException {
    // given
    Process shell = shell();
    try {
      ask(shell, 1);
      double none;
      double some;
      try (SystemCallCounter.Count count = attach(counter, shell)) {
        none = count.stop();
      }
      // when
      try (SystemCallCounter.Count count = attach(counter, shell)) {
        ask(shell, 100);
        some = count.stop();
      }
      // then
      assertThat(none).isBetween(0.0, 10.0);
      assertThat(some).isBetween(300.0, 3000.0);
    } finally {
      shell.destroyForcibly();
    }
  }

  private static SystemCallCounter.Count attach(SystemCallCounter counter, Process process) {
    try {
      return counter.start(process.pid());
    } catch (IOException e) {
      assumeThat(e.getMessage()).as("cannot count here").isNull();
      throw new AssertionError(e);
    }
  }

  @Test
  void aTableOfStraceIsSummedUp() {
    // given
    String table =
        """
        % time     seconds  usecs/call     calls    errors syscall
        ------ ----------- ----------- --------- --------- ----------------
         60.00    0.000120           1       120           sendto
         40.00    0.000080           0       123         3 recvfrom
        ------ ----------- ----------- --------- --------- ----------------
        100.00    0.000200           0       243         3 total
        """;
    // when / then
    assertThat(StraceCounter.total(table.lines().toList())).isEqualTo(243);
    assertThat(StraceCounter.total(List.of())).isZero();
  }
}
