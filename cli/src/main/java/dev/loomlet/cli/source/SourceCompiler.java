package dev.loomlet.cli.source;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import dev.loomlet.agent.program.ProgramFault;
import dev.loomlet.cli.exit.CommandFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** Compiles a program into memory: its file, and what that uses of the files beside it. */
final class SourceCompiler {
  /** Those of the JDK's launcher, except that classes of other files are made at once. */
  static final List<String> OPTIONS =
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
  private final StringWriter messages = new StringWriter();
  private final JavaCompiler javac;
  private final StandardJavaFileManager files;
  private final Map<String, byte[]> compiled;
  private final CompiledClasses classes;
  private final Map<Path, String> sources = new LinkedHashMap<>();

  private boolean parsed;
  private @Nullable Path sourceRoot;
  private @Nullable ProgramFault misplaced;
  private final List<String> topLevelClasses = new ArrayList<>();

  /**
   * Prepares.
   *
   * @param classPath beside that of this JVM
   * @param compiled gets the classes
   */
  SourceCompiler(SourceFile file, List<Path> classPath, Map<String, byte[]> compiled) {
    this.file = file;
    this.compiled = compiled;
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw CommandFailure.missing(
          "there is no compiler in "
              + System.getProperty("java.home")
              + ": it is a JRE, and a JDK is needed");
    }
    this.javac = compiler;
    this.files = compiler.getStandardFileManager(null, null, null);
    this.classes = new CompiledClasses(files, compiled);
    List<Path> all = new ArrayList<>(OwnClassPath.entries());
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

  /**
   * Compiles a program.
   *
   * @param out gets what javac has to say
   * @throws ProgramFault if it cannot be compiled
   */
  static Compilation compile(SourceFile file, List<Path> classPath, PrintWriter out)
      throws ProgramFault {
    Map<String, byte[]> compiled = new ConcurrentHashMap<>();
    SourceCompiler compiler = new SourceCompiler(file, classPath, compiled);
    boolean successful = compiler.compile(file);
    String messages = compiler.takeMessages();
    out.print(messages);
    out.flush();
    return compiler.result(successful, messages);
  }

  private Compilation result(boolean successful, String said) throws ProgramFault {
    if (misplaced != null) {
      throw misplaced;
    }
    Path root = sourceRoot;
    if (!successful || root == null) {
      throw new ProgramFault("compilation failed");
    }
    if (topLevelClasses.isEmpty()) {
      throw new ProgramFault("no class declared in source file");
    }
    return new Compilation(topLevelClasses, root, said, sources, classes.listings(), compiled);
  }

  /** Where packages begin, for a compiler that is not to compile the program's own file. */
  void lookForSourcesIn(Path root) {
    setLocation(StandardLocation.SOURCE_PATH, List.of(root));
  }

  /** Compiles another file of the program; returns whether it could. */
  boolean compileFile(Path source) {
    return compile(files.getJavaFileObjects(source).iterator().next());
  }

  /** What javac had to say since the last call. */
  String takeMessages() {
    StringBuffer buffer = messages.getBuffer();
    String text = buffer.toString();
    buffer.setLength(0);
    return text;
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
              if (event.getKind() == TaskEvent.Kind.PARSE) {
                note(event.getSourceFile());
                // The program's own file is the first; others follow when they are used.
                if (!parsed) {
                  parsed = true;
                  parsed(event.getCompilationUnit());
                }
              }
            }
          });
    }
    return task.call();
  }

  private void note(JavaFileObject source) {
    try {
      sources.put(
          Path.of(source.getName()).toAbsolutePath(), source.getCharContent(true).toString());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + source.getName(), e);
    }
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
      lookForSourcesIn(root);
      sourceRoot = root;
    } catch (ProgramFault e) {
      misplaced = e;
    }
  }
}
