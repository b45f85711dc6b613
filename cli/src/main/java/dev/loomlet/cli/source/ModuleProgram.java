package dev.loomlet.cli.source;

import dev.loomlet.agent.program.MainMethod;
import dev.loomlet.agent.program.Program;
import dev.loomlet.agent.program.ProgramFault;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolutionException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Makes programs of modules. */
public final class ModuleProgram {
  private ModuleProgram() {}

  /**
   * A module's main class, as of {@code java --module}.
   *
   * @param name MODULE, whose descriptor then names the class, or MODULE/CLASS
   * @param modulePath where the module and those that it requires are
   * @param classPath what automatic modules see beside the modules
   * @throws ProgramFault if it cannot be started
   */
  public static Program of(String name, List<Path> modulePath, List<Path> classPath)
      throws ProgramFault {
    int slash = name.indexOf('/');
    String moduleName = slash < 0 ? name : name.substring(0, slash);
    ModuleLayer.Controller layer = define(moduleName, modulePath, classPath);
    Module module = layer.layer().findModule(moduleName).orElseThrow();
    String mainClass =
        slash < 0 ? module.getDescriptor().mainClass().orElse(null) : name.substring(slash + 1);
    if (mainClass == null) {
      throw new ProgramFault(
          "module " + moduleName + " does not name a main class; use -m " + moduleName + "/CLASS");
    }
    ClassLoader loader = layer.layer().findLoader(moduleName);
    Class<?> type = Class.forName(module, mainClass);
    if (type == null) {
      throw new ProgramFault("can't find main class: " + mainClass + " in module " + moduleName);
    }
    // java, too, starts a main class whose package is not exported.
    layer.addOpens(module, type.getPackageName(), ModuleProgram.class.getModule());
    MainMethod main = MainMethod.of(type);
    if (main == null) {
      throw new ProgramFault(
          "can't find main(String[]) or main() method in class: " + type.getName());
    }
    return new Program(loader, main.prepare());
  }

  private static ModuleLayer.Controller define(
      String moduleName, List<Path> modulePath, List<Path> classPath) throws ProgramFault {
    ModuleLayer own = OwnModules.above(ModuleLayer.boot());
    try {
      Configuration configuration =
          own.configuration()
              .resolveAndBind(
                  ModuleFinder.of(),
                  ModuleFinder.of(modulePath.toArray(Path[]::new)),
                  Set.of(moduleName));
      if (configuration
          .findModule(moduleName)
          .map(each -> each.configuration() != configuration)
          .orElse(true)) {
        throw new ProgramFault(
            "module "
                + moduleName
                + " is one of the JDK or of Loomlet; loomlet run starts modules of -p");
      }
      ModuleLayer.Controller layer =
          ModuleLayer.defineModulesWithOneLoader(
              configuration, List.of(own), classPathLoader(classPath));
      OwnModules.addReads(layer, own);
      return layer;
    } catch (FindException | ResolutionException e) {
      throw new ProgramFault("can't find or resolve module " + moduleName + ": " + e.getMessage());
    }
  }

  private static ClassLoader classPathLoader(List<Path> classPath) {
    // Open as long as the program runs.
    return new URLClassLoader(
        "app", ProgramClassLoader.urls(classPath), ClassLoader.getSystemClassLoader());
  }
}
