package dev.loomlet.net;

import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Which {@link NameResolver} the process uses: the one that was set; else the one that the class
 * path or module path provides, such as that of {@code loomlet-dns}; else the system's.
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
    return set != null ? set : Provided.RESOLVER;
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
