package dev.loomlet.cli.doctor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExaminationTest {
  private static final Examination SICK =
      new Examination(
          List.of(
              Check.ok("a", "fine"),
              Check.warning("b", "so \"so\"", "do this\\that"),
              Check.failure("c", "b\u00e4d", "do that")));

  private static String text(Charset charset) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    SICK.print(out, charset);
    return text.toString();
  }

  @Test
  void oneFailureMakesItUnhealthy() {
    assertThat(SICK.isHealthy()).isFalse();
    assertThat(new Examination(SICK.checks().subList(0, 2)).isHealthy()).isTrue();
  }

  @Test
  void signsFitTheCharset() {
    assertThat(text(UTF_8)).contains("✓ a", "! b", "✗ c", "do that", "does not work here");
    assertThat(text(US_ASCII)).contains("+ a", "! b", "x c");
  }

  @Test
  void jsonIsEscaped() {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    SICK.printJson(out);

    assertThat(text.toString())
        .contains("\"healthy\": false")
        .contains("\"found\": \"so \\\"so\\\"\", \"advice\": \"do this\\\\that\"")
        .contains("b\\u00e4d")
        .contains("\"advice\": null");
  }
}
