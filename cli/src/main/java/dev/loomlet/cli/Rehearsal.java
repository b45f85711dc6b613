package dev.loomlet.cli;

import dev.loomlet.agent.Patch;
import dev.loomlet.agent.PatchReport;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the launcher has the JVM watch to make the start-up cache: a program is started in each way
 * that there is, one after the other.
 */
public final class Rehearsal {
  private Rehearsal() {}

  /**
   * Runs a program, first compiled and then as it was kept.
   *
   * @param args of the command
   */
  public static void main(String[] args) throws IOException {
    for (int i = 0; i < 2; i++) {
      Outcome outcome = Main.execute(System.out, System.err, args);
      if (outcome.exitCode() != 0) {
        System.exit(outcome.exitCode());
      }
    }
    loadWhatIsPatched();
  }

  /**
   * Loads the classes that a program has changed, as they are, and those that the JVM looks at when
   * it does so. A class that was changed is not cached.
   */
  private static void loadWhatIsPatched() throws IOException {
    Set<String> names = new LinkedHashSet<>();
    for (PatchReport.Entry topic : Patch.report().topics()) {
      for (PatchReport.TouchedMethod each : topic.methods()) {
        String method = each.name().substring(0, each.name().indexOf('('));
        names.add(method.substring(0, method.lastIndexOf('.')));
      }
    }
    for (String each : names) {
      load(each);
      try (InputStream in =
          Object.class.getResourceAsStream('/' + each.replace('.', '/') + ".class")) {
        if (in != null) {
          for (PoolEntry entry : ClassFile.of().parse(in.readAllBytes()).constantPool()) {
            if (entry instanceof ClassEntry type) {
              load(type.asInternalName().replace('/', '.'));
            }
          }
        }
      }
    }
  }

  private static void load(String name) {
    try {
      Class.forName(name, false, null);
    } catch (ClassNotFoundException | LinkageError e) {
      // Another JDK has others.
    }
  }
}
