package dev.loomlet.cli.source;

import dev.loomlet.agent.program.MainMethod;
import dev.loomlet.agent.program.Program;
import dev.loomlet.agent.program.ProgramFault;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** Makes programs of source files. */
public final class SourceProgram {
  private SourceProgram() {}

  /**
   * Compiles a program, or takes what is kept from the last time if nothing has changed.
   *
   * @param classPath where its libraries are, beside the class path of this JVM
   * @param cached whether what was kept may be used, and something may be kept
   * @param messages gets the compiler's errors, warnings and notes
   * @throws ProgramFault if it cannot be compiled or has no {@code main}
   */
  public static Program make(
      SourceFile file, List<Path> classPath, boolean cached, PrintWriter messages)
      throws ProgramFault {
    CompilationCache cache = cached ? CompilationCache.of(file, classPath) : null;
    Compilation compilation = cache == null ? null : cache.find();
    if (compilation == null) {
      compilation = SourceCompiler.compile(file, classPath, messages);
      if (cache != null) {
        cache.keep(compilation);
      }
    } else {
      messages.print(compilation.messages());
      messages.flush();
    }
    OnDemandCompiler onDemand = new OnDemandCompiler(file, classPath, messages, compilation);
    ProgramClassLoader loader =
        new ProgramClassLoader(file, classPath, compilation.classes(), onDemand);
    MainMethod main = findMain(file, compilation.topLevelClasses(), loader);
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
