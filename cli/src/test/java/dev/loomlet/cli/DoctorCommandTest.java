package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
  @Test
  void aMachineThatRunsTheTestsIsHealthy() {
    Completed run = InThisJvm.loomlet("doctor");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("JDK ", "engine epoll", "engine nio", "engine in use", "open files")
        .containsPattern(
            "engine in use +\\S+, chosen by auto as the first that works of io_uring, epoll, nio")
        .endsWith("Loomlet works here.\n");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void everyModelOfInputAndOutputIsTried() {
    Completed run = InThisJvm.loomlet("doctor");

    assertThat(run.out())
        .contains(
            "engine poll          works",
            "engine select        works",
            "engine signal        works",
            "engine nonblocking   works",
            "engine blocking      works");
  }

  @Test
  void jsonHoldsTheSame() {
    Completed run = InThisJvm.loomlet("doctor", "--json");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("{")
        .contains("\"healthy\": true", "{\"name\": \"engine nio\", \"status\": \"ok\"")
        .endsWith("}\n");
  }

  @Test
  void aJvmWithoutTheFlagsIsNotHealthyAndSaysWhatToDo() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "dev.loomlet.cli.Main", "doctor"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes());

    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(out).contains("--add-opens java.base/java.lang").contains("does not work here");
  }

  @Test
  void aWrongEngineInTheEnvironmentIsFound() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(InChildJvm.command(InChildJvm.projectHome(), "doctor"));
    builder.environment().put("LOOMLET_ENGINE", "steam");
    Process process = builder.redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes());

    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(out)
        .contains("there is no engine 'steam'")
        .as("what the others are good for has nothing to do with it")
        .contains("engine epoll         works", "engine nio           works");
  }
}
