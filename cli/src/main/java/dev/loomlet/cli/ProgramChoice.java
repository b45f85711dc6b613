package dev.loomlet.cli;

import dev.loomlet.agent.program.Program;
import dev.loomlet.agent.program.ProgramFault;
import dev.loomlet.cli.source.CompiledProgram;
import dev.loomlet.cli.source.ModuleProgram;
import dev.loomlet.cli.source.SourceFile;
import dev.loomlet.cli.source.SourceProgram;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import javax.lang.model.SourceVersion;

/**
 * What is to be run.
 *
 * @param name a source file; a jar; with a class path, a class; or MODULE or MODULE/CLASS
 * @param module whether it names a module
 * @param classPath where its libraries are
 * @param modulePath where its modules are
 * @param cached whether classes that were compiled before are used
 */
record ProgramChoice(
    String name, boolean module, List<Path> classPath, List<Path> modulePath, boolean cached) {

  /** Makes a program ready. */
  @FunctionalInterface
  interface Loader {
    Program load() throws ProgramFault;
  }

  /** A source file or a jar. */
  static ProgramChoice of(String name, List<Path> classPath) {
    return new ProgramChoice(name, false, classPath, List.of(), true);
  }

  /** Its name without folders, for lists of processes. */
  String shortName() {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /**
   * Finds it.
   *
   * @param err gets the compiler's messages
   * @return what then takes the time
   */
  Loader find(PrintWriter err) {
    if (module) {
      return () -> ModuleProgram.of(name, modulePath, classPath);
    }
    if (name.endsWith(CompiledProgram.JAR)) {
      return () -> CompiledProgram.ofJar(name, classPath);
    }
    if (!classPath.isEmpty() && SourceVersion.isName(name) && !name.endsWith(SourceFile.SUFFIX)) {
      return () -> CompiledProgram.ofClass(name, classPath);
    }
    SourceFile source = SourceFile.read(name);
    return () -> SourceProgram.make(source, classPath, cached, err);
  }
}
