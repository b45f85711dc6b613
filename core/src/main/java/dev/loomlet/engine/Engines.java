package dev.loomlet.engine;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The engines that exist, which of them work here, and the choice between them. */
public final class Engines {
  /** System property that names the engine; {@value #AUTO} or absent means the first available. */
  public static final String PROPERTY = "loomlet.engine";

  /** Environment variable with the same meaning, when the property is absent. */
  public static final String ENVIRONMENT = "LOOMLET_ENGINE";

  /** Name that stands for the first available engine. */
  public static final String AUTO = "auto";

  private Engines() {}

  /**
   * An engine and whether it works here.
   *
   * @param name as in {@code --engine}
   * @param unavailableReason why it does not work on this machine; null if it does
   */
  public record Info(String name, @Nullable String unavailableReason) {

    /** Whether it works here. */
    public boolean isAvailable() {
      return unavailableReason == null;
    }
  }

  /** An engine that may exist here. */
  private record Kind(
      String name, Supplier<@Nullable String> unavailableReason, EngineFactory factory) {
    Info info() {
      return new Info(name, unavailableReason.get());
    }
  }

  /** Those that {@link #AUTO} chooses among come first, the best at the top. */
  private static final List<Kind> KINDS =
      List.of(
          new Kind(EpollEngine.NAME, LinuxSupport::unavailableReason, EpollEngine::new),
          new Kind(UringEngine.NAME, UringSupport::unavailableReason, UringEngine::new),
          new Kind(NioEngine.NAME, () -> null, NioEngine::new),
          new Kind(PollEngine.NAME, LinuxSupport::unavailableReason, PollEngine::new),
          new Kind(SelectEngine.NAME, LinuxSupport::unavailableReason, SelectEngine::new),
          new Kind(SignalEngine.NAME, SignalEngine::unavailableReason, SignalEngine::new),
          new Kind(NonblockingEngine.NAME, LinuxSupport::unavailableReason, NonblockingEngine::new),
          new Kind(BlockingEngine.NAME, LinuxSupport::unavailableReason, BlockingEngine::new));

  /** All engines, best first. */
  public static List<Info> all() {
    return KINDS.stream().map(Kind::info).toList();
  }

  /** The choice by property or environment, else {@value #AUTO}. */
  public static EngineFactory configured() {
    String fromEnvironment = Optional.ofNullable(System.getenv(ENVIRONMENT)).orElse(AUTO);
    return byName(System.getProperty(PROPERTY, fromEnvironment));
  }

  /**
   * An engine by its name.
   *
   * @param name of an engine or {@value #AUTO}
   * @throws IllegalArgumentException if there is no such engine, or it does not work here; the
   *     message says which ones do
   */
  public static EngineFactory byName(String name) {
    Kind kind = name.equals(AUTO) ? firstAvailable() : find(name);
    String reason = kind.unavailableReason().get();
    if (reason != null) {
      throw new IllegalArgumentException("engine '" + name + "' does not work here: " + reason);
    }
    return kind.factory();
  }

  private static Kind find(String name) {
    return KINDS.stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no engine '" + name + "'; choose one of " + names()));
  }

  private static Kind firstAvailable() {
    return KINDS.stream().filter(each -> each.info().isAvailable()).findFirst().orElseThrow();
  }

  private static String names() {
    StringBuilder names = new StringBuilder(AUTO);
    for (Kind kind : KINDS) {
      names.append(", ").append(kind.name());
    }
    return names.toString();
  }
}
