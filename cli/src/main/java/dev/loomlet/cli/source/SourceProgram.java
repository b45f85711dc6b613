package dev.loomlet.cli.source;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** Makes programs of source files. */
public final class SourceProgram {
  private SourceProgram() {}

  /**
   * Compiles a program.
   *
   * @param classPath where its libraries are, beside the class path of this JVM
   * @param messages gets the compiler's errors, warnings and notes
   * @throws ProgramFault if it cannot be compiled or has no {@code main}
   */
  public static Program compile(SourceFile file, List<Path> classPath, PrintWriter messages)
      throws ProgramFault {
    SourceCompiler compiler = new SourceCompiler(file, classPath, messages);
    compiler.compileProgram();
    ProgramClassLoader loader = new ProgramClassLoader(file, classPath, compiler);
    MainMethod main = findMain(file, compiler.topLevelClasses(), loader);
    System.setProperty("jdk.launcher.sourcefile", file.path().toAbsolutePath().toString());
    return new Program(loader, main.prepare());
  }

  /** In the first class, else in the one that the file is named after. */
  private static MainMethod findMain(SourceFile file, List<String> classes, ClassLoader loader)
      throws ProgramFault {
    String first = classes.getFirst();
    MainMethod main = MainMethod.of(load(first, loader));
    if (main != null) {
      return main;
    }
    String named = first.substring(0, first.lastIndexOf('.') + 1) + file.simpleClassName();
    if (!classes.contains(named)) {
      throw new ProgramFault("can't find class: " + named);
    }
    main = MainMethod.of(load(named, loader));
    if (main == null) {
      throw new ProgramFault("can't find main(String[]) or main() method in class: " + named);
    }
    return main;
  }

  private static Class<?> load(String name, ClassLoader loader) throws ProgramFault {
    try {
      return Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      throw new ProgramFault("can't find class: " + name);
    }
  }
}
