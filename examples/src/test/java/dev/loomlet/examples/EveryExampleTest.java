package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every program, so that none is forgotten. */
class EveryExampleTest {

  static List<String> programs() throws IOException {
    try (Stream<Path> files = Files.list(Example.home().resolve("examples"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".java"))
          .map(file -> file.substring(0, file.length() - ".java".length()))
          .sorted()
          .toList();
    }
  }

  @Test
  void thereArePrograms() throws IOException {
    assertThat(programs()).contains("C10EchoServer");
  }

  @ParameterizedTest
  @MethodSource("programs")
  void isNamedByATest(String program) throws IOException {
    // given
    StringBuilder tests = new StringBuilder();
    try (Stream<Path> files = Files.walk(Example.home().resolve("examples/src/test"))) {
      for (Path file : files.filter(file -> file.toString().endsWith("Test.java")).toList()) {
        if (!file.endsWith("EveryExampleTest.java")) {
          tests.append(Files.readString(file));
        }
      }
    }
    // then
    assertThat(tests).contains('"' + program + '"');
  }

  @ParameterizedTest
  @MethodSource("programs")
  void isInTheGuide(String program) throws IOException {
    assertThat(Files.readString(Example.home().resolve("docs/examples.md")))
        .contains("(../examples/" + program + ".java)");
  }

  @ParameterizedTest
  @MethodSource("programs")
  void beginsWithATitle(String program) throws IOException {
    // given
    Path file = Example.home().resolve("examples/" + program + ".java");
    // when
    String first = Files.readAllLines(file).getFirst();
    // then
    assertThat(first).matches("/// [A-Z].*\\.").hasSizeLessThanOrEqualTo(100);
  }
}
