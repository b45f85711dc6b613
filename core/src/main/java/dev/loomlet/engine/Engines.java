package dev.loomlet.engine;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The engines that exist, which of them work here, and the choice between them. */
public final class Engines {
  /** System property that names the engine; {@value #AUTO} or absent means the first available. */
  public static final String PROPERTY = "loomlet.engine";

  /** Environment variable with the same meaning, when the property is absent. */
  public static final String ENVIRONMENT = "LOOMLET_ENGINE";

  /**
   * Name that stands for the first available engine. If that is not the best one, although the
   * system is Linux, the reason is logged, once, at level {@code INFO}.
   */
  public static final String AUTO = "auto";

  private static final AtomicBoolean TOLD = new AtomicBoolean();

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

  /** Those that {@link #AUTO} chooses among, the best at the top. */
  private static final List<Kind> AUTOMATIC =
      List.of(
          new Kind(UringEngine.NAME, UringSupport::unavailableReason, UringEngine::new),
          new Kind(EpollEngine.NAME, LinuxSupport::unavailableReason, EpollEngine::new),
          new Kind(NioEngine.NAME, () -> null, NioEngine::new));

  /** The other models, which are taken by name only. */
  private static final List<Kind> BY_NAME =
      List.of(
          new Kind(PollEngine.NAME, LinuxSupport::unavailableReason, PollEngine::new),
          new Kind(SelectEngine.NAME, LinuxSupport::unavailableReason, SelectEngine::new),
          new Kind(SignalEngine.NAME, SignalEngine::unavailableReason, SignalEngine::new),
          new Kind(NonblockingEngine.NAME, LinuxSupport::unavailableReason, NonblockingEngine::new),
          new Kind(BlockingEngine.NAME, LinuxSupport::unavailableReason, BlockingEngine::new));

  /** All engines, first those that {@value #AUTO} chooses among, best first. */
  public static List<Info> all() {
    return kinds().map(Kind::info).toList();
  }

  /** The names of those that {@value #AUTO} chooses among; it takes the first that works here. */
  public static List<String> automatic() {
    return AUTOMATIC.stream().map(Kind::name).toList();
  }

  /**
   * The name of the one that {@value #AUTO} takes here. To find out takes a while the first time;
   * else the first loop does it. Any thread.
   */
  public static String best() {
    return AUTOMATIC.stream()
        .filter(each -> each.unavailableReason().get() == null)
        .findFirst()
        .orElseThrow() // the JDK's selector works everywhere
        .name();
  }

  private static Stream<Kind> kinds() {
    return Stream.concat(AUTOMATIC.stream(), BY_NAME.stream());
  }

  /**
   * The choice by property or environment, else {@value #AUTO}.
   *
   * @throws IllegalArgumentException as {@link #byName}
   */
  public static EngineFactory configured() {
    try {
      return byName(configuredName());
    } catch (IllegalArgumentException e) {
      if (System.getProperty(PROPERTY) != null) {
        throw e;
      }
      // Nobody sees that one where the error shows.
      throw new IllegalArgumentException(
          e.getMessage() + "; the variable " + ENVIRONMENT + " asks for it", e);
    }
  }

  /**
   * The name that property or environment give, else {@value #AUTO}; there need not be such an
   * engine.
   */
  public static String configuredName() {
    // Empty is what scripts make of a variable that nobody has set.
    String fromEnvironment =
        Optional.ofNullable(System.getenv(ENVIRONMENT)).filter(set -> !set.isEmpty()).orElse(AUTO);
    return System.getProperty(PROPERTY, fromEnvironment);
  }

  /**
   * An engine by its name.
   *
   * @param name of an engine or {@value #AUTO}
   * @throws IllegalArgumentException if there is no such engine, or it does not work here; the
   *     message says which ones do
   */
  public static EngineFactory byName(String name) {
    if (name.equals(AUTO)) {
      return Engines::openBest;
    }
    Kind kind = find(name);
    String reason = kind.unavailableReason().get();
    if (reason != null) {
      throw new IllegalArgumentException(
          "engine '" + name + "' does not work here: " + reason + "; choose one of " + thatWork());
    }
    return kind.factory();
  }

  private static Kind find(String name) {
    return kinds()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no engine '" + name + "'; choose one of " + names()));
  }

  /** Opens the first one that works; whatever is wrong with one, the next is tried. */
  private static Engine openBest(EngineContext context) throws IOException {
    Iterator<Kind> kinds = AUTOMATIC.iterator();
    while (true) {
      Kind kind = kinds.next();
      String reason = kind.unavailableReason().get();
      if (reason == null) {
        try {
          return kind.factory().open(context);
        } catch (IOException e) {
          if (e instanceof DescriptorsExhaustedException || kind.name().equals(NioEngine.NAME)) {
            throw e;
          }
          reason = String.valueOf(e.getMessage());
        }
      }
      tellOnce(kind.name(), reason);
    }
  }

  /** That the best engine is not used here is worth a line, the first time; the rest follows. */
  private static void tellOnce(String name, String reason) {
    if (name.equals(UringEngine.NAME)
        && UringSupport.isWorthTelling()
        && TOLD.compareAndSet(false, true)) {
      System.getLogger(Engines.class.getPackageName())
          .log(System.Logger.Level.INFO, "engine {0} is not used: {1}", name, reason);
    }
  }

  private static String thatWork() {
    return AUTO
        + ", "
        + all().stream()
            .filter(Info::isAvailable)
            .map(Info::name)
            .collect(Collectors.joining(", "));
  }

  private static String names() {
    return AUTO + ", " + kinds().map(Kind::name).collect(Collectors.joining(", "));
  }
}
