package dev.loomlet.cli.doctor;

import dev.loomlet.cli.doctor.Check.Status;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * All that was looked at, for people and for programs.
 *
 * @param checks in the order worth reading
 */
public record Examination(List<Check> checks) {

  /** Looks at this machine. Takes a moment: engines are tried. */
  public static Examination ofThisMachine() {
    List<Check> checks = new ArrayList<>(JvmChecks.all());
    if (checks.stream().noneMatch(each -> each.status() == Status.FAILURE)) {
      checks.addAll(EngineChecks.all());
      checks.addAll(PatchChecks.all());
      checks.add(NameCheck.check());
    }
    checks.addAll(new SystemChecks(Path.of("/")).all());
    return new Examination(checks);
  }

  /** Whether everything that is needed works. */
  public boolean isHealthy() {
    return checks.stream().noneMatch(each -> each.status() == Status.FAILURE);
  }

  /**
   * Prints a line for each check, and advice below those that need it.
   *
   * @param charset of the writer's end; decides between signs and letters
   */
  public void print(PrintWriter out, Charset charset) {
    boolean unicode = charset.canEncode() && charset.newEncoder().canEncode("✓✗");
    for (Check each : checks) {
      String sign =
          switch (each.status()) {
            case OK -> unicode ? "✓" : "+";
            case WARNING -> "!";
            case FAILURE -> unicode ? "✗" : "x";
          };
      out.printf("%s %-20s %s%n", sign, each.name(), each.found());
      if (each.advice() != null) {
        out.printf("  %-20s %s%n", "", each.advice());
      }
    }
    out.println(isHealthy() ? "Loomlet works here." : "Loomlet does not work here.");
  }

  /** Prints the same as a JSON object. */
  public void printJson(PrintWriter out) {
    out.printf("{%n  \"healthy\": %b,%n  \"checks\": [", isHealthy());
    String separator = "";
    for (Check each : checks) {
      String advice = each.advice();
      out.printf(
          "%s%n    {\"name\": %s, \"status\": %s, \"found\": %s, \"advice\": %s}",
          separator,
          quote(each.name()),
          quote(each.status().name().toLowerCase(Locale.ROOT)),
          quote(each.found()),
          advice == null ? "null" : quote(advice));
      separator = ",";
    }
    out.printf("%n  ]%n}%n");
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        // Plain ASCII, whatever the charset of the stream.
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
