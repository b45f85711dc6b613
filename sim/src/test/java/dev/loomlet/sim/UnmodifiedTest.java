package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import unmodified.Program;

/** Code that knows the JDK alone, in a simulation. */
@Timeout(120)
final class UnmodifiedTest {
  private static Map<String, String> answers = Map.of();

  @BeforeAll
  static void run() throws Exception {
    answers = UnmodifiedProgram.run(Program.class);
  }

  @Test
  void timeIsVirtualAndExact() {
    assertThat(answers.get("time"))
        .isEqualTo("[PT1H, PT1H, 2000-01-01T01:00:00Z, 2000-01-01T01:00:00Z, null, PT73H1S]");
  }

  @Test
  void chanceIsTheSeeds() {
    assertThat(answers.get("chance 1 again")).isEqualTo(answers.get("chance 1"));
    String[] one = answers.get("chance 1").split(" ");
    String[] other = answers.get("chance 2").split(" ");
    for (int i = 0; i < one.length; i++) {
      assertThat(other[i]).isNotEqualTo(one[i]);
    }
  }

  @Test
  void threadsAndPoolsAreGreenletsInVirtualTime() {
    assertThat(answers.get("threads"))
        .isEqualTo("[0, 1000000000, 1000000000, 2000000000, 2000000000, computed]");
  }

  @Test
  void hostNamesAreThoseOfTheSimulation() {
    assertThat(answers.get("name")).isEqualTo("host there there/10.0.0.2");
  }
}
