package dev.loomlet.process;

import dev.loomlet.Action;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Engines;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
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

  /** Runs test code on a loop with a given engine. */
  record TestLoop(String engine) {
    /** On a thread of its own: that of the tests may have a loop already. */
    void run(Action main) throws Exception {
      FutureTask<?> test =
          new FutureTask<>(
              () -> {
                Loomlet.run(LoopOptions.defaults().withEngine(Engines.byName(engine)), main);
                return null;
              });
      Thread.ofPlatform().daemon().name("test on " + engine).start(test);
      try {
        test.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw (Exception) e.getCause();
      }
    }

    @Override
    public String toString() {
      return engine;
    }
  }
}
