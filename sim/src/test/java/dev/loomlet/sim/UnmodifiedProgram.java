package dev.loomlet.sim;

import java.util.LinkedHashMap;
import java.util.Map;

/** A program that patches its JVM, and so is a process of its own. */
final class UnmodifiedProgram {
  private UnmodifiedProgram() {}

  /** Runs it; returns what it has printed, by what it says in front of it. */
  static Map<String, String> run(Class<?> program, String... arguments) throws Exception {
    Map<String, String> answers = new LinkedHashMap<>();
    for (String line : OtherJvm.run(program, arguments)) {
      int colon = line.indexOf(": ");
      answers.put(line.substring(0, colon), line.substring(colon + 2));
    }
    return answers;
  }
}
