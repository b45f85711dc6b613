package dev.loomlet.net;

import dev.loomlet.Loop;
import dev.loomlet.engine.HostNames;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Which {@link NameResolver} the process uses: the one that was set; else the one that the class
 * path or module path provides, such as that of {@code loomlet-dns}; else the system's. A loop
 * whose engine has host names of its own, as in a simulation, uses those unless one was set.
 */
public final class Resolvers {
  private static volatile @Nullable NameResolver chosen;

  private Resolvers() {}

  private static final class Provided {
    static final NameResolver RESOLVER = find();

    private static NameResolver find() {
      try {
        Optional<NameResolver> provided =
            ServiceLoader.load(NameResolver.class, Resolvers.class.getClassLoader()).findFirst();
        return provided.orElseGet(Resolvers::system);
      } catch (ServiceConfigurationError e) {
        // A program that never looks up a foreign name should not die of it.
        System.err.println(
            "loomlet: the name resolver provided cannot be used, so the system's is: " + e);
        return system();
      }
    }
  }

  private static final class OfTheSystem {
    static final NameResolver RESOLVER = new SystemResolver();
  }

  /** What {@code connect} and {@code bind} look names up with. */
  public static NameResolver getDefault() {
    NameResolver set = chosen;
    if (set != null) {
      return set;
    }
    Loop loop = Loop.currentOrNull();
    HostNames own = loop == null ? null : loop.engine().hostNames();
    return own == null ? Provided.RESOLVER : new EngineResolver(own);
  }

  /**
   * Has another one used from now on, in the whole process. Any thread.
   *
   * @param resolver null for the one that is used without a choice
   */
  public static void setDefault(@Nullable NameResolver resolver) {
    chosen = resolver;
  }

  /**
   * The system's resolver, by the JDK, on at most 16 helper threads, because it blocks. It knows
   * everything that the machine is set up for, but cannot be interrupted: a lookup that was given
   * up keeps its thread until the system gives up as well.
   */
  public static NameResolver system() {
    return OfTheSystem.RESOLVER;
  }
}
