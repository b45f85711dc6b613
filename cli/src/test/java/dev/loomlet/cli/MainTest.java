package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @Test
  void withoutASubcommandItShowsTheHelpAndFails() {
    Completed run = InThisJvm.loomlet();

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("run ", "demo ", "doctor ", "bench ", "compare ", "completion ");
  }

  @Test
  void helpNamesAllSubcommandsAndExitCodes() {
    Completed run = InThisJvm.loomlet("--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("run ", "demo ", "doctor ", "bench ", "compare ", "completion ", "help ")
        .contains("69 ", "130 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "demo", "doctor", "bench", "compare", "completion"})
  void everySubcommandHasHelpInTwoWays(String subcommand) {
    Completed asked = InThisJvm.loomlet("help", subcommand);

    assertThat(asked.exitCode()).isZero();
    assertThat(asked.out()).contains("Usage: loomlet " + subcommand, "Exit status:");
    assertThat(InThisJvm.loomlet(subcommand, "--help")).isEqualTo(asked);
  }

  @Test
  void theVersionNamesTheJdk() {
    Completed run = InThisJvm.loomlet("--version");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("loomlet ").contains("JDK " + Runtime.version());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"fly", "--fly", "run", "run --fly", "doctor extra", "demo --clients many"})
  void wrongUseIsOneSentence(String line) {
    Completed run = InThisJvm.loomlet(line.split(" "));

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("loomlet: ").contains("--help'");
    assertThat(run.err().lines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void completionKnowsTheSubcommands(String shell) {
    Completed run = InThisJvm.loomlet("completion", shell);

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("complete -F", "run demo doctor bench compare sched sim ps top completion help");
  }

  @Test
  void aBenchmarkThatDoesNotExistIsWrongUse() {
    Completed run = InThisJvm.loomlet("bench", "steam");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("loomlet: there is no benchmark 'steam'; choose one of ");
  }

  @Test
  void aServerThatDoesNotExistIsWrongUse() {
    assertThat(InThisJvm.loomlet("bench", "echo", "--peers", "steam").exitCode()).isEqualTo(2);
  }

  @Test
  void benchWithoutANameListsThem() {
    Completed run = InThisJvm.loomlet("bench");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out().lines()).anyMatch(line -> line.startsWith("echo "));
  }
}
