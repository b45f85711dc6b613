package dev.loomlet.engine;

import java.util.List;
import java.util.Optional;
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

  /** All engines, best first. */
  public static List<Info> all() {
    return List.of(
        new Info(EpollEngine.NAME, EpollSupport.unavailableReason()),
        new Info(NioEngine.NAME, null));
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
    String chosen = name.equals(AUTO) ? firstAvailable() : name;
    Info info =
        all().stream()
            .filter(each -> each.name().equals(chosen))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no engine '" + name + "'; choose one of " + names()));
    if (!info.isAvailable()) {
      throw new IllegalArgumentException(
          "engine '" + name + "' does not work here: " + info.unavailableReason());
    }
    return switch (info.name()) {
      case EpollEngine.NAME -> EpollEngine::new;
      default -> NioEngine::new;
    };
  }

  private static String firstAvailable() {
    return all().stream().filter(Info::isAvailable).findFirst().orElseThrow().name();
  }

  private static String names() {
    StringBuilder names = new StringBuilder(AUTO);
    for (Info info : all()) {
      names.append(", ").append(info.name());
    }
    return names.toString();
  }
}
