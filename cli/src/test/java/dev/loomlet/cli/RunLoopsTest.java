package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunLoopsTest {
  private static final String SPREADS =
      """
      import dev.loomlet.Loop;
      import java.util.concurrent.*;
      import static dev.loomlet.Loomlet.*;
      void main(String[] args) throws Exception {
        var where = new ConcurrentSkipListMap<String, Integer>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
          for (int i = 0; i < 30; i++) {
            threads.submit(() -> where.merge(Loop.current().name(), 1, Integer::sum));
          }
        }
        IO.println(where);
        IO.println(spawn(() -> Loop.current().name()).get());
        if (args.length > 0) {
          Thread.ofVirtual().start(() -> System.exit(7)).join();
        }
      }
      """;

  @TempDir Path folder;

  @Test
  void virtualThreadsGoToAllLoopsInTurnAndGreenletsStay() throws Exception {
    String file = Sources.write(folder, "Spreads", SPREADS);

    Completed run = InChildJvm.loomlet("run", "--loops", "3", "--stats", file);

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo("{loop-2=10, loop-3=10, loop-main=10}\nloop-main\n");
    assertThat(run.err().lines())
        .hasSize(3)
        .allMatch(
            line ->
                line.matches(
                    "loomlet: loop-(main|2|3) \\([a-z_]+\\): 1[0-9] greenlets, [0-9]+ switches,"
                        + " ([0-9]+ system calls|system calls not counted),"
                        + " longest step [0-9.]+ ms by (greenlet|virtual thread) .+"));
  }

  @Test
  void anyThreadOnAnyLoopMayChooseTheExitCode() throws Exception {
    String file = Sources.write(folder, "Spreads", SPREADS);

    assertThat(InChildJvm.loomlet("run", "--loops=2", file, "exit").exitCode()).isEqualTo(7);
    assertThat(InChildJvm.loomlet("run", file, "exit").exitCode()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "many", "1025", "2.5"})
  void aNumberThatMakesNoSenseIsWrongUse(String number) throws Exception {
    String file = Sources.write(folder, "P", "void main() {}");

    assertThat(InThisJvm.loomlet("run", "--loops", number, file))
        .isEqualTo(
            new Completed(
                2,
                "",
                "loomlet: --loops takes a number from 1 to 1024, or auto for one loop for each"
                    + " processor; not '"
                    + number
                    + "'\n",
                null));
  }
}
