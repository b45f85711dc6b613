package dev.loomlet.agent;

import dev.loomlet.LoopOptions;
import dev.loomlet.agent.program.MainMethod;
import dev.loomlet.agent.program.Program;
import java.util.List;

/** What the JDK's launcher starts instead of the program, under {@code -javaagent}. */
public final class ProgramMain {
  private ProgramMain() {}

  /**
   * Runs the program's {@code main} as a greenlet.
   *
   * @throws Throwable what it throws
   */
  public static void main(String[] args) throws Throwable {
    MainMethod main = MainMethod.of(MainOnLoop.program());
    if (main == null) {
      throw new AssertionError("the launcher has found one");
    }
    new Program(null, main.prepare())
        .run(LoopOptions.defaults(), List.of(args), () -> {}, () -> {});
  }
}
