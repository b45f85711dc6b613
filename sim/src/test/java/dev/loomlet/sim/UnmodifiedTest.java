package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import unmodified.Program;

/** Code that knows the JDK alone, in a simulation. */
@Timeout(120)
final class UnmodifiedTest {
  private static final Map<String, String> ANSWERS = new LinkedHashMap<>();

  @BeforeAll
  static void run() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + System.getProperty("loomlet.home") + "/build/jvm.args",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Program.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    for (String line : output.lines().toList()) {
      int colon = line.indexOf(": ");
      ANSWERS.put(line.substring(0, colon), line.substring(colon + 2));
    }
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void timeIsVirtualAndExact() {
    assertThat(ANSWERS.get("time"))
        .isEqualTo("[PT1H, PT1H, 2000-01-01T01:00:00Z, 2000-01-01T01:00:00Z, null, PT73H1S]");
  }

  @Test
  void chanceIsTheSeeds() {
    assertThat(ANSWERS.get("chance 1 again")).isEqualTo(ANSWERS.get("chance 1"));
    String[] one = ANSWERS.get("chance 1").split(" ");
    String[] other = ANSWERS.get("chance 2").split(" ");
    for (int i = 0; i < one.length; i++) {
      assertThat(other[i]).isNotEqualTo(one[i]);
    }
  }

  @Test
  void threadsAndPoolsAreGreenletsInVirtualTime() {
    assertThat(ANSWERS.get("threads"))
        .isEqualTo("[0, 1000000000, 1000000000, 2000000000, 2000000000, computed]");
  }

  @Test
  void hostNamesAreThoseOfTheSimulation() {
    assertThat(ANSWERS.get("name")).isEqualTo("host there /10.0.0.2");
  }

  @Test
  void aSocketOfTheJdkIsAnEscapeThatSaysWhere() {
    assertThat(ANSWERS.get("socket"))
        .startsWith("ESCAPE a socket of the JDK is outside of the simulation")
        .contains("unmodified.Program");
  }
}
