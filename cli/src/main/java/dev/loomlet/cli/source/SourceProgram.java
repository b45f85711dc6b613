package dev.loomlet.cli.source;

import dev.loomlet.Cancelled;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import java.io.PrintWriter;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A program that was compiled and can be run. */
public final class SourceProgram {
  private final Path file;
  private final ClassLoader loader;
  private final MethodHandle main;

  private SourceProgram(Path file, ClassLoader loader, MethodHandle main) {
    this.file = file;
    this.loader = loader;
    this.main = main;
  }

  /**
   * Compiles a program.
   *
   * @param classPath where its libraries are, beside the class path of this JVM
   * @param messages gets the compiler's errors, warnings and notes
   * @throws ProgramFault if it cannot be compiled or has no {@code main}
   */
  public static SourceProgram compile(SourceFile file, List<Path> classPath, PrintWriter messages)
      throws ProgramFault {
    SourceCompiler compiler = new SourceCompiler(file, classPath, messages);
    compiler.compileProgram();
    ProgramClassLoader loader = new ProgramClassLoader(file, classPath, compiler);
    MethodHandle main = findMain(file, compiler.topLevelClasses(), loader).prepare();
    return new SourceProgram(file.path(), loader, main);
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

  /**
   * Runs it on a loop of the calling thread, {@code main} as the greenlet of that name, until that
   * has ended. Greenlets that are left then are cancelled.
   *
   * @param options what the loop is made of
   * @throws Throwable what the program throws, with a stack trace that ends with {@code main}
   */
  public void run(LoopOptions options, List<String> arguments) throws Throwable {
    System.setProperty("jdk.launcher.sourcefile", file.toAbsolutePath().toString());
    Thread.currentThread().setContextClassLoader(loader);
    String[] args = arguments.toArray(String[]::new);
    Throwable thrown = Loomlet.run(options, () -> invoke(args));
    if (thrown != null) {
      throw thrown;
    }
  }

  /** Must stay the only method of this class that calls {@code main}: traces are cut at it. */
  private @Nullable Throwable invoke(String[] args) {
    try {
      main.invokeExact(args);
      return null;
    } catch (Throwable e) {
      StackTraces.cutAt(SourceProgram.class.getName(), e);
      if (e instanceof Cancelled cancelled) {
        // So that the loop sees that it ends by a cancellation, of which Ctrl-C tells nobody.
        throw cancelled;
      }
      return e;
    }
  }
}
