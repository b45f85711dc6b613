package dev.loomlet.cli.source;

import dev.loomlet.agent.program.MainMethod;
import dev.loomlet.agent.program.Program;
import dev.loomlet.agent.program.ProgramFault;
import dev.loomlet.cli.exit.CommandFailure;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** Makes programs of classes that somebody has compiled. */
public final class CompiledProgram {
  /** How the name of a jar ends. */
  public static final String JAR = ".jar";

  private CompiledProgram() {}

  /**
   * A jar whose manifest names the class to start, as of {@code java -jar}.
   *
   * @param classPath what comes after the jar and what its manifest names
   * @throws CommandFailure if there is no such file
   * @throws ProgramFault if it cannot be started
   */
  public static Program ofJar(String name, List<Path> classPath) throws ProgramFault {
    Path jar = Path.of(name);
    if (!Files.isRegularFile(jar)) {
      throw CommandFailure.usage("there is no file " + name);
    }
    List<Path> all = new ArrayList<>(List.of(jar));
    all.addAll(classPath);
    return ofClass(mainClassOf(jar), all);
  }

  private static String mainClassOf(Path jar) throws ProgramFault {
    String mainClass = null;
    try (JarFile file = new JarFile(jar.toFile())) {
      Manifest manifest = file.getManifest();
      if (manifest != null) {
        mainClass = manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
      }
    } catch (IOException e) {
      throw CommandFailure.usage("cannot read " + jar + ": " + e.getMessage());
    }
    if (mainClass == null) {
      throw new ProgramFault("no main manifest attribute, in " + jar);
    }
    return mainClass.strip();
  }

  /**
   * A class of the class path, as of {@code java -cp}.
   *
   * @param mainClass its name
   * @throws ProgramFault if it cannot be started
   */
  public static Program ofClass(String mainClass, List<Path> classPath) throws ProgramFault {
    // Open as long as the program runs.
    URLClassLoader loader =
        new URLClassLoader(
            "app", ProgramClassLoader.urls(classPath), ClassLoader.getSystemClassLoader());
    Class<?> type;
    try {
      type = Class.forName(mainClass, false, loader);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new ProgramFault("can't find or load main class: " + mainClass + " (" + e + ")");
    }
    MainMethod main = MainMethod.of(type);
    if (main == null) {
      throw new ProgramFault(
          "can't find main(String[]) or main() method in class: " + type.getName());
    }
    return new Program(loader, main.prepare());
  }
}
