package dev.loomlet.cli.source;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Compiles, while a program runs, files whose classes only their names lead to. */
final class OnDemandCompiler {
  private final SourceFile file;
  private final List<Path> classPath;
  private final PrintWriter messages;
  private final Compilation program;

  /** Two threads may ask at the same time for the same class. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable SourceCompiler compiler;

  OnDemandCompiler(
      SourceFile file, List<Path> classPath, PrintWriter messages, Compilation program) {
    this.file = file;
    this.classPath = classPath;
    this.messages = messages;
    this.program = program;
  }

  /**
   * Compiles the file that should hold a class.
   *
   * @return the class, or null if there is no such file
   */
  byte @Nullable [] compile(String className) {
    Path source = sourceOf(className);
    if (source == null) {
      return null;
    }
    lock.lock();
    try {
      byte[] done = program.classes().get(className);
      if (done != null) {
        return done;
      }
      if (compiler == null) {
        compiler = new SourceCompiler(file, classPath, program.classes());
        compiler.lookForSourcesIn(program.sourceRoot());
      }
      boolean compiled = compiler.compileFile(source);
      messages.print(compiler.takeMessages());
      messages.flush();
      if (!compiled) {
        // As the JDK's launcher: the program was started already, and can do nothing about it.
        messages.println("error: compilation failed");
        System.exit(1);
      }
      return program.classes().get(className);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Path sourceOf(String className) {
    int nested = className.indexOf('$', className.lastIndexOf('.') + 2);
    String outer = nested < 0 ? className : className.substring(0, nested);
    if (program.topLevelClasses().contains(outer)) {
      return null;
    }
    Path source = program.sourceRoot().resolve(outer.replace('.', '/') + ".java");
    return Files.isRegularFile(source) ? source : null;
  }
}
