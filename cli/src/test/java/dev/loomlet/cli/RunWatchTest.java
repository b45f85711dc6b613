package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunWatchTest {
  private static final String WARNING = "loomlet: ";

  @TempDir Path folder;

  private String program(String name, String source) throws IOException {
    return Sources.write(folder, name, source);
  }

  @Test
  void aProgramThatCanNeverGoOnEndsWithTheReason() throws Exception {
    String file =
        program(
            "Waits", "import dev.loomlet.sync.Event;\nvoid main() {\n  new Event().await();\n}\n");

    Completed run = InChildJvm.loomlet("run", file);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith(
            "Exception in thread \"main\" dev.loomlet.LoopExit: loop-main can never go on: nothing"
                + " is ready, no timer runs, no input is awaited, and no other thread could wake"
                + " it\n"
                + "    greenlet \"main\" waits for Event[not set, 1 waiting] at"
                + " Waits.main(Waits.java:3)\n")
        .endsWith("\tat Waits.main(Waits.java:3)\n");
  }

  /**
   * For the end of a program: until a line is typed, and then until a watch of its own has found
   * something. If there is another watch it has looked once more by then, most likely.
   */
  private static final String AWAIT_TOLD =
      """

      volatile boolean told;
      volatile boolean found;
      boolean awaitTold() throws Exception {
        var typed = dev.loomlet.Loomlet.spawn("typed", () -> { IO.readln(); told = true; });
        while (!told) dev.loomlet.Loomlet.sleep(10);
        typed.join();
        dev.loomlet.diagnose.Watch.start(
            new dev.loomlet.diagnose.WatchOptions(
                java.time.Duration.ZERO, _ -> found = true, _ -> {}, _ -> found = true, false));
        while (!found) dev.loomlet.Loomlet.sleep(10);
        return false;
      }
      """;

  /** Row T7 of the course, but with a main that leaves finding the deadlock to us at first. */
  private String deadlock() throws IOException {
    String source = Files.readString(InChildJvm.projectHome().resolve("examples/T7Deadlock.java"));
    String patient = source.replace("joinAll(Duration.ofMillis(50), tasks)", "awaitTold()");
    assertThat(patient).isNotEqualTo(source);
    return program("T7Deadlock", patient + AWAIT_TOLD);
  }

  @Test
  void aDeadlockIsWarnedOfOnce() throws Exception {
    Completed run =
        InChildJvm.loomletToldAfter(WARNING, "run", "-Dloomlet.watch.hog=0", deadlock());

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).endsWith("because they would have waited for ever\n");
    List<String> warning = run.err().lines().toList();
    assertThat(warning).filteredOn(line -> line.startsWith(WARNING)).hasSize(1);
    assertThat(warning.getFirst()).isEqualTo("loomlet: deadlock of 2:");
    assertThat(warning)
        .filteredOn(line -> line.matches(" {2,4}[a-z].*") && !line.matches(" +at .*"))
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("  greenlet \"eater-1\" of loop-main"),
            line -> assertThat(line).startsWith("    holds Mutex[noodles, held by eater-1, "),
            line ->
                assertThat(line)
                    .startsWith("    waits for Mutex[chopsticks, held by eater-2, ")
                    .endsWith("], which greenlet \"eater-2\" of loop-main holds"),
            line -> assertThat(line).isEqualTo("  greenlet \"eater-2\" of loop-main"),
            line -> assertThat(line).startsWith("    holds Mutex[chopsticks, held by eater-2, "),
            line ->
                assertThat(line)
                    .startsWith("    waits for Mutex[noodles, held by eater-1, ")
                    .endsWith("], which greenlet \"eater-1\" of loop-main holds"));
    assertThat(warning).anyMatch(line -> line.matches("      at T7Deadlock\\..*T7Deadlock.java.*"));
  }

  /** A program that leaves greenlets waiting while a ticker goes on. */
  private String waiting(String start) throws IOException {
    return program(
        "Waiting",
        """
        import static dev.loomlet.Loomlet.*;
        import dev.loomlet.queue.*;
        void main() throws Exception {
          start();
          awaitTold();
          IO.println("end");
        }
        void start() {
        %s}
        """
                .formatted(start)
            + AWAIT_TOLD);
  }

  @Test
  void aQueueThatItsProducersHaveLeftIsNotedOnce() throws Exception {
    String file =
        waiting(
            """
            var queue = new FifoQueue<String>();
            spawn("producer", () -> {
              queue.put("one");
              throw new java.io.IOException("disk full");
            }).linkException(_ -> {});
            spawn("consumer", () -> { while (true) queue.take(); });
            """);

    Completed run = InChildJvm.loomletToldAfter(WARNING, "run", "-Dloomlet.watch.hog=0", file);

    assertThat(run.out()).isEqualTo("end\n");
    List<String> note = run.err().lines().toList();
    assertThat(note).filteredOn(line -> line.startsWith(WARNING)).hasSize(1);
    assertThat(note.get(0))
        .matches("loomlet: all have ended who ever put into FifoQueue@[0-9a-f]+ of 0 elements:");
    assertThat(note.get(1))
        .isEqualTo("    greenlet \"producer\" (failed: java.io.IOException: disk full)");
    assertThat(note.get(2))
        .isEqualTo(
            "  greenlet \"consumer\" of loop-main has waited for more than a second to take from"
                + " it");
    assertThat(note).anyMatch(line -> line.matches("      at Waiting\\..*Waiting.java.*"));
  }

  @Test
  void aReceiverWhoseSendersWereDroppedIsADeadlock() throws Exception {
    String file =
        waiting(
            """
            Channel.Ends<String> ends = Channel.open(1);
            var receiver = ends.receiver();
            var sender = ends.sender();
            spawn("consumer", () -> { for (String _ : receiver) {} });
            spawn("producer", () -> sender.send("one")).join();
            """);

    Completed run = InChildJvm.loomletToldAfter(WARNING, "run", "-Dloomlet.watch.hog=0", file);

    assertThat(run.out()).isEqualTo("end\n");
    List<String> warning = run.err().lines().toList();
    assertThat(warning).filteredOn(line -> line.startsWith(WARNING)).hasSize(1);
    assertThat(warning.get(0)).isEqualTo("loomlet: deadlock of 1:");
    assertThat(warning.get(1)).isEqualTo("  greenlet \"consumer\" of loop-main");
    assertThat(warning.get(2)).startsWith("    waits for Channel[");
    assertThat(warning.get(3))
        .isEqualTo(
            "    its only sender was dropped without close(); its producers have all ended:"
                + " greenlet \"producer\" (ended)");
  }

  @Test
  void withoutAWatchNobodyIsWarned() throws Exception {
    // The program's own watch finds it.
    Completed run = InChildJvm.loomletTold("run", "--no-watch", deadlock());

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).endsWith("because they would have waited for ever\n");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void aLimitForHogsThatIsNoneIsWrongUse() throws Exception {
    String file = program("P", "void main() { IO.println(\"ran\"); }");

    assertThat(InChildJvm.loomlet("run", "-Dloomlet.watch.hog=soon", file))
        .isEqualTo(
            new Completed(
                2,
                "",
                "loomlet: loomlet.watch.hog takes milliseconds, as in 250, or 0 for no limit; not"
                    + " 'soon'\n",
                null));
    assertThat(InChildJvm.loomlet("run", "--no-watch", "-Dloomlet.watch.hog=soon", file))
        .isEqualTo(new Completed(0, "ran\n", "", null));
  }
}
