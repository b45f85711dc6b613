package dev.loomlet.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class JavaCommandTest {
  @Test
  void extraFlagsComeBehindTheStandingOnes() {
    List<String> command = JavaCommand.of("some.Main", List.of("-Xmx1g"), "first", "second");

    assertThat(command.getFirst()).endsWith("java");
    assertThat(command.get(1)).startsWith("@").endsWith("build/jvm.args");
    assertThat(command.indexOf("-Xmx1g")).isGreaterThan(1).isLessThan(command.indexOf("-cp"));
    assertThat(command).endsWith("some.Main", "first", "second");
  }

  @Test
  void aProcessorThatIsNotThereIsNotAskedFor() {
    assertThat(JavaCommand.pinned(100_000, List.of("true"))).containsExactly("true");
  }

  @Test
  void aProcessorThatIsThereIsAskedFor() {
    assumeThat(Home.hasProgram("taskset")).isTrue();
    int cpu = Machine.processors().getFirst();

    assertThat(JavaCommand.pinned(cpu, List.of("true")))
        .containsExactly("taskset", "-c", Integer.toString(cpu), "true");
  }
}
