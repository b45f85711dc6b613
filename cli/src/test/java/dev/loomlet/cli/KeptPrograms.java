package dev.loomlet.cli;

import dev.loomlet.agent.program.ProgramFault;
import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.source.SourceFile;
import dev.loomlet.cli.source.SourceProgram;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Programs that this JVM, in which the compiler is warm, has compiled for one that is to run them,
 * and put where that looks first. Compiling in each took more than all the rest that it did.
 */
final class KeptPrograms {
  private static final String CLASS_PATH = "java.class.path";
  private static final String SOURCE = "jdk.launcher.sourcefile";

  private KeptPrograms() {}

  /**
   * Compiles what a command is to run. What cannot be compiled is left for it to tell.
   *
   * @param classPath of the JVM that is to run it: what was compiled is good only for that
   */
  static synchronized void keep(String classPath, String... command) {
    for (String each : command) {
      if (each.endsWith(SourceFile.SUFFIX)) {
        @Nullable String own = System.setProperty(CLASS_PATH, classPath);
        @Nullable String source = System.getProperty(SOURCE);
        try {
          PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
          SourceProgram.make(SourceFile.read(each), List.of(), true, nowhere);
        } catch (ProgramFault | CommandFailure e) {
          // See above.
        } finally {
          restore(CLASS_PATH, own);
          restore(SOURCE, source);
        }
        return;
      }
    }
  }

  private static void restore(String property, @Nullable String value) {
    if (value == null) {
      System.clearProperty(property);
    } else {
      System.setProperty(property, value);
    }
  }
}
