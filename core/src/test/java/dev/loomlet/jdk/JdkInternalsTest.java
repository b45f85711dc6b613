package dev.loomlet.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Loomlet;
import dev.loomlet.testing.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class JdkInternalsTest {

  /** Starts a loop; says in one line if that is impossible. */
  static final class Program {
    public static void main(String[] args) throws Exception {
      try {
        Loomlet.run(() -> System.out.println("runs on " + Runtime.version().feature()));
      } catch (IllegalStateException e) {
        System.out.println("refused: " + e.getMessage());
        System.exit(3);
      }
    }
  }

  @Test
  void areFitInThisJvm() {
    assertThat(JdkInternals.unfitReason()).isNull();
  }

  @Test
  void sayInOneSentenceWhichFlagIsMissing() throws Exception {
    // given: a JVM without flags
    try (ChildJvm child = ChildJvm.start(List.of(), List.of(), Program.class)) {
      // when / then
      assertThat(child.rest())
          .isEqualTo(
              "refused: Loomlet needs the JVM flag --add-opens java.base/java.lang=ALL-UNNAMED (the"
                  + " ./loomlet launcher passes it)\n");
      assertThat(child.exitCode()).isEqualTo(3);
    }
  }

  @Test
  void needNoMoreThanOneFlagAndNativeAccess() throws Exception {
    try (ChildJvm child =
        ChildJvm.start(
            List.of(),
            List.of(
                "--add-opens",
                "java.base/java.lang=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED"),
            Program.class)) {
      assertThat(child.rest()).isEqualTo("runs on 25\n");
      assertThat(child.exitCode()).isZero();
    }
  }
}
