package dev.loomlet.cli.source;

import dev.loomlet.Loomlet;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Loomlet's own modules, for modules that require them, though the command has Loomlet on its class
 * path.
 *
 * <p>There must be one Loomlet only: a second copy of its classes would know nothing of the loop.
 * So the layer made here has modules of Loomlet's names and packages, but its class loader hands
 * out the classes of the class path. Those belong to an unnamed module, which whoever reads one of
 * these modules must read, too.
 */
final class OwnModules {
  private static final String CORE = "dev.loomlet";

  /** Those that programs may require; the rest is the command's own. */
  private static final Set<String> NAMES =
      Set.of(CORE, "dev.loomlet.agent", "dev.loomlet.dns", "dev.loomlet.process");

  private OwnModules() {}

  /** A layer above another one; that one itself if Loomlet's modules are in there. */
  static ModuleLayer above(ModuleLayer boot) {
    if (boot.findModule(CORE).isPresent()) {
      return boot;
    }
    Finder finder = new Finder(findAll(OwnClassPath.entries()));
    Configuration configuration =
        boot.configuration().resolve(finder, ModuleFinder.of(), finder.names());
    ClassLoader loader = new SameClasses(Loomlet.class.getClassLoader());
    return boot.defineModules(configuration, _ -> loader);
  }

  /** Has modules of a layer above read the classes that Loomlet's modules stand for. */
  static void addReads(ModuleLayer.Controller controller, ModuleLayer own) {
    Module actual = Loomlet.class.getModule();
    if (actual.isNamed()) {
      return;
    }
    for (Module each : controller.layer().modules()) {
      if (own.modules().stream().anyMatch(each::canRead)) {
        controller.addReads(each, actual);
      }
    }
  }

  private static List<ModuleReference> findAll(List<Path> classPath) {
    List<ModuleReference> found = new ArrayList<>();
    Set<String> left = new HashSet<>(NAMES);
    for (Path entry : classPath) {
      try {
        for (ModuleReference each : ModuleFinder.of(entry).findAll()) {
          if (left.remove(each.descriptor().name())) {
            found.add(each);
          }
        }
      } catch (FindException e) {
        // On a class path a jar need not be fit for a module.
      }
    }
    return found;
  }

  private record Finder(List<ModuleReference> all) implements ModuleFinder {
    @Override
    public Optional<ModuleReference> find(String name) {
      return all.stream().filter(each -> each.descriptor().name().equals(name)).findFirst();
    }

    @Override
    public Set<ModuleReference> findAll() {
      return Set.copyOf(all);
    }

    Set<String> names() {
      Set<String> names = new HashSet<>();
      all.forEach(each -> names.add(each.descriptor().name()));
      return names;
    }
  }

  /** Finds what another class loader finds. */
  private static final class SameClasses extends ClassLoader {
    static {
      registerAsParallelCapable();
    }

    SameClasses(ClassLoader actual) {
      super(actual);
    }
  }
}
