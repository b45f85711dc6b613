package dev.loomlet.cli.source;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import dev.loomlet.cli.exit.CommandFailure;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** Compiles a program into memory: its file, and what that uses of the files beside it. */
final class SourceCompiler {
  /** Those of the JDK's launcher, except that classes of other files are made at once. */
  private static final List<String> OPTIONS =
      List.of(
          "-proc:none",
          "-implicit:class",
          "-Xprefer:source",
          "-Xdiags:verbose",
          "-Xlint:deprecation",
          "-Xlint:unchecked",
          "-Xlint:-options",
          "-XDsourceLauncher");

  private final SourceFile file;
  private final PrintWriter messages;
  private final JavaCompiler javac;
  private final StandardJavaFileManager files;
  private final CompiledClasses classes;

  /** Two threads may ask at the same time for a class that only reflection names. */
  private final ReentrantLock lock = new ReentrantLock();

  private boolean parsed;
  private @Nullable Path sourceRoot;
  private @Nullable ProgramFault misplaced;
  private final List<String> topLevelClasses = new ArrayList<>();

  /**
   * Prepares.
   *
   * @param classPath beside that of this JVM
   * @param messages gets what javac has to say
   */
  SourceCompiler(SourceFile file, List<Path> classPath, PrintWriter messages) {
    this.file = file;
    this.messages = messages;
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw CommandFailure.missing(
          "there is no compiler in "
              + System.getProperty("java.home")
              + ": it is a JRE, and a JDK is needed");
    }
    this.javac = compiler;
    this.files = compiler.getStandardFileManager(null, null, null);
    this.classes = new CompiledClasses(files);
    List<Path> all = new ArrayList<>();
    for (String each : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
      all.add(Path.of(each));
    }
    all.addAll(classPath);
    setLocation(StandardLocation.CLASS_PATH, all);
  }

  private void setLocation(StandardLocation location, List<Path> paths) {
    try {
      files.setLocationFromPaths(location, paths);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** What has been compiled so far. */
  CompiledClasses classes() {
    return classes;
  }

  /** Full names of the classes in the program's own file, in their order. */
  List<String> topLevelClasses() {
    return topLevelClasses;
  }

  /**
   * Compiles the program. Messages go to the writer.
   *
   * @throws ProgramFault if it cannot be compiled
   */
  void compileProgram() throws ProgramFault {
    boolean compiled = compile(file);
    if (misplaced != null) {
      throw misplaced;
    }
    if (!compiled) {
      throw new ProgramFault("compilation failed");
    }
    if (topLevelClasses.isEmpty()) {
      throw new ProgramFault("no class declared in source file");
    }
  }

  private boolean compile(JavaFileObject unit) {
    JavacTask task =
        (JavacTask) javac.getTask(messages, classes, null, OPTIONS, null, List.of(unit));
    if (unit == file) {
      // Where other files are to be looked for follows from the package, so from the parsed file.
      task.addTaskListener(
          new TaskListener() {
            @Override
            public void finished(TaskEvent event) {
              // The program's own file is the first; others follow when they are used.
              if (event.getKind() == TaskEvent.Kind.PARSE && !parsed) {
                parsed = true;
                parsed(event.getCompilationUnit());
              }
            }
          });
    }
    return task.call();
  }

  private void parsed(CompilationUnitTree unit) {
    String packageName = unit.getPackageName() == null ? "" : unit.getPackageName().toString();
    for (Tree each : unit.getTypeDecls()) {
      if (each instanceof ClassTree type) {
        String name = type.getSimpleName().toString();
        topLevelClasses.add(packageName.isEmpty() ? name : packageName + "." + name);
      }
    }
    try {
      Path root = file.sourceRoot(packageName);
      setLocation(StandardLocation.SOURCE_PATH, List.of(root));
      sourceRoot = root;
    } catch (ProgramFault e) {
      misplaced = e;
    }
  }

  /**
   * Compiles the file that should hold a class which is asked for by name only.
   *
   * @return the class, or null if there is no such file
   */
  byte @Nullable [] compileOnDemand(String className) {
    Path source = sourceOf(className);
    if (source == null) {
      return null;
    }
    lock.lock();
    try {
      byte[] done = classes.find(className);
      if (done != null) {
        return done;
      }
      if (!compile(files.getJavaFileObjects(source).iterator().next())) {
        // As the JDK's launcher: the program was started already, and can do nothing about it.
        messages.println("error: compilation failed");
        System.exit(1);
      }
      return classes.find(className);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Path sourceOf(String className) {
    Path root = sourceRoot;
    if (root == null) {
      return null;
    }
    int nested = className.indexOf('$', className.lastIndexOf('.') + 2);
    String outer = nested < 0 ? className : className.substring(0, nested);
    if (topLevelClasses.contains(outer)) {
      return null;
    }
    Path source = root.resolve(outer.replace('.', '/') + ".java");
    return Files.isRegularFile(source) ? source : null;
  }
}
