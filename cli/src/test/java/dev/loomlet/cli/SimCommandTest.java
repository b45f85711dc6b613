package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs under many seeds. In JVMs of their own, because the JDK is patched there. */
class SimCommandTest {
  @TempDir Path folder;
  private Path program;

  @BeforeEach
  void write() throws Exception {
    program = folder.resolve("Counter.java");
    Files.writeString(
        program,
        """
        import dev.loomlet.Loomlet;
        import dev.loomlet.sim.Simulation;

        int counter;

        void increment() throws Exception {
          int seen = counter;
          Thread.sleep(new Random().nextInt(3) == 0 ? 1000 : 0);
          counter = seen + 1;
        }

        void main(String[] args) throws Exception {
          Simulation.current().note("begins");
          var one = Loomlet.spawn(this::increment);
          var other = Loomlet.spawn(this::increment);
          Loomlet.joinAll(one, other);
          if (args.length == 0 && counter != 2) {
            throw new AssertionError("counted " + counter);
          }
          System.out.println("counted " + counter + " at " + System.nanoTime() / 1_000_000_000 * 1_000_000_000);
        }
        """);
  }

  @Test
  void theFirstFailureIsShownAndCanBeReplayed() throws Exception {
    // when
    Completed run = InChildJvm.loomlet("sim", "run", "--processes", "2", program.toString());
    // then
    assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
    assertThat(run.out())
        .contains("the program failed: main failed: java.lang.AssertionError: counted 1")
        .contains("schedule=script")
        .contains("\"begins\"");
    Matcher again = Pattern.compile("--seed (\\d+) --options '(.*)'").matcher(run.out());
    assertThat(again.find()).isTrue();
    Completed replay =
        InChildJvm.loomlet(
            "sim",
            "replay",
            "--seed",
            again.group(1),
            "--options",
            again.group(2),
            program.toString());
    assertThat(replay.exitCode()).isEqualTo(1);
    assertThat(replay.out()).contains("counted 1").contains("seed " + again.group(1));
  }

  @Test
  void whatDoesNotFailIsCounted() throws Exception {
    Completed run =
        InChildJvm.loomlet("sim", "run", "--seeds", "120", program.toString(), "tolerant");
    assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
    assertThat(run.out()).startsWith("120 seeds, no failure, in ");
  }

  @Test
  void whatTheProgramPrintsIsShownByReplay() throws Exception {
    Completed run =
        InChildJvm.loomlet("sim", "replay", "--seed", "3", program.toString(), "tolerant");
    assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
    assertThat(run.out()).contains("counted ").contains("seed 3: no failure");
  }

  @Test
  void wrongUseIsAnsweredByOneSentence() throws Exception {
    Completed run = InThisJvm.loomlet("sim", "run", "--options", "policy=fifo", program.toString());
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("loomlet: unknown option 'policy' of a simulation");
    Completed none = InThisJvm.loomlet("sim", "run", "--seeds", "0", program.toString());
    assertThat(none.exitCode()).isEqualTo(2);
    Completed nothing = InThisJvm.loomlet("sim");
    assertThat(nothing.exitCode()).isEqualTo(2);
    assertThat(nothing.err()).contains("loomlet sim run PROGRAM");
  }
}
