package dev.loomlet.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A program that patches its JVM, and so is a process of its own. */
final class UnmodifiedProgram {
  private UnmodifiedProgram() {}

  /** Runs it; returns what it has printed, by what it says in front of it. */
  static Map<String, String> run(Class<?> program, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + System.getProperty("loomlet.home") + "/build/jvm.args",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> answers = new LinkedHashMap<>();
    for (String line : output.lines().toList()) {
      int colon = line.indexOf(": ");
      answers.put(line.substring(0, colon), line.substring(colon + 2));
    }
    assertThat(process.waitFor()).isZero();
    return answers;
  }
}
