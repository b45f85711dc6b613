package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import unmodified.Threadless;

/** Threads in a simulation where nobody has asked for them to become greenlets. */
@Timeout(120)
final class UnmodifiedThreadlessTest {
  private static Map<String, String> answers = Map.of();

  @BeforeAll
  static void run() throws Exception {
    answers = UnmodifiedProgram.run(Threadless.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"thread", "pool", "timer", "future"})
  void startingOneIsAnEscapeThatSaysWhatIsMissing(String what) {
    assertThat(answers.get(what))
        .startsWith("ESCAPE ")
        .contains("(a thread that is no greenlet, because Patch was not asked for THREADS)")
        .contains("wanted by unmodified.Threadless");
  }

  @Test
  void virtualThreadsAreOfTheSimulationAllTheSame() {
    assertThat(answers.get("virtual thread")).isEqualTo("ended");
  }
}
