package dev.loomlet.agent;

import dev.loomlet.Action;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Engines;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A test that runs once for each engine that works here; it takes the engine's name. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@MethodSource("dev.loomlet.agent.OnEachEngine$Names#all")
@interface OnEachEngine {

  /** The engines. */
  final class Names {
    private Names() {}

    static String[] all() {
      return Engines.all().stream()
          .filter(Engines.Info::isAvailable)
          .map(Engines.Info::name)
          .toArray(String[]::new);
    }

    /** Those that know descriptors, and so can wait for the JDK's. */
    static String[] ofLinux() {
      return Engines.all().stream()
          .filter(Engines.Info::isAvailable)
          .map(Engines.Info::name)
          .filter(each -> !each.equals("nio"))
          .toArray(String[]::new);
    }

    /** Runs a body as a greenlet, for a minute at most. */
    static void run(String engine, Action body) throws Exception {
      Loomlet.run(
          LoopOptions.defaults().withEngine(Engines.byName(engine)),
          () -> Loomlet.withTimeout(Duration.ofSeconds(60), body));
    }
  }
}
