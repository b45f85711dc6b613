package dev.loomlet.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the end of a program, and of its JVM, is passed through. */
class RunEndTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
  void aSignalRunsShutdownHooksAndGivesTheUsualStatus(String signal, int status) throws Exception {
    String file =
        Sources.write(
            folder,
            "Waits",
            """
            import dev.loomlet.Loomlet;
            void main() {
              Runtime.getRuntime().addShutdownHook(new Thread(() -> IO.println("hook")));
              IO.println("ready");
              Loomlet.sleep(60_000);
            }
            """);
    Process process =
        new ProcessBuilder(InChildJvm.command(InChildJvm.projectHome(), "run", "--stats", file))
            .start();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      assertThat(out.readLine()).isEqualTo("ready");
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();

      assertThat(out.readLine()).isEqualTo("hook");
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(status);
      assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8))
          .startsWith("loomlet: loop-main (")
          .contains(" 1 greenlets, ")
          .hasLineCount(1);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void argumentsMayStandBehindTwoDashes() throws Exception {
    String file =
        Sources.write(
            folder, "Args", "void main(String[] args) { IO.println(String.join(\",\", args)); }");

    assertThat(InThisJvm.loomlet("run", file, "--", "-a", "--", "b").out()).isEqualTo("-a,--,b\n");
    assertThat(InThisJvm.loomlet("run", "--", file, "a").out()).isEqualTo("a\n");
  }
}
