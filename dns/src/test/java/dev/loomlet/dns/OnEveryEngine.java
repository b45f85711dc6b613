package dev.loomlet.dns;

import dev.loomlet.Action;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Engines;
import dev.loomlet.time.Clock;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** A test that runs once for each engine that works here; it takes a {@link TestLoop}. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@ArgumentsSource(OnEveryEngine.Provider.class)
@interface OnEveryEngine {

  /** The engines. */
  final class Provider implements ArgumentsProvider {
    @Override
    public Stream<? extends Arguments> provideArguments(
        ParameterDeclarations parameters, ExtensionContext context) {
      return Engines.all().stream()
          .filter(Engines.Info::isAvailable)
          .map(engine -> Arguments.of(new TestLoop(engine.name())));
    }
  }

  /** Runs test code on a loop with a given engine and a clock that can be moved. */
  final class TestLoop {
    private final String engine;
    private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    private long ahead;

    TestLoop(String engine) {
      this.engine = engine;
    }

    static TestLoop standard() {
      return new TestLoop(Engines.AUTO);
    }

    void run(Action main) throws Exception {
      Clock system = Clock.system();
      Clock clock =
          new Clock() {
            @Override
            public long nanoTime() {
              return system.nanoTime() + ahead;
            }

            @Override
            public long currentTimeMillis() {
              return system.currentTimeMillis();
            }
          };
      Loomlet.run(
          LoopOptions.defaults()
              .withEngine(Engines.byName(engine))
              .withClock(clock)
              .withUncaughtHandler((_, error) -> uncaught.add(error)),
          main);
      if (!uncaught.isEmpty()) {
        throw new AssertionError("a greenlet died", uncaught.getFirst());
      }
    }

    /** Lets time pass for the loop. */
    void advanceSeconds(long seconds) {
      ahead += seconds * 1_000_000_000;
    }

    @Override
    public String toString() {
      return engine;
    }
  }
}
