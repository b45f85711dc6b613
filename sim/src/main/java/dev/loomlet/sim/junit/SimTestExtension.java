package dev.loomlet.sim.junit;

import dev.loomlet.sim.SimMain;
import dev.loomlet.sim.SimOptions;
import dev.loomlet.sim.Simulation;
import dev.loomlet.sim.SimulationFailure;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs the methods that are marked {@link SimTest}. */
public final class SimTestExtension
    implements TestTemplateInvocationContextProvider, InvocationInterceptor, ParameterResolver {
  private static final String SEED = "loomlet.sim.seed";
  private static final String SEEDS = "loomlet.sim.seeds";
  private static final String OPTIONS = "loomlet.sim.options";

  /** Made by JUnit. */
  public SimTestExtension() {}

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return context.getRequiredTestMethod().isAnnotationPresent(SimTest.class);
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    Seeds seeds = Seeds.of(context.getRequiredTestMethod());
    return Stream.of(
        new TestTemplateInvocationContext() {
          @Override
          public String getDisplayName(int invocationIndex) {
            return seeds.toString();
          }
        });
  }

  /** Which seeds a method is run under. */
  private record Seeds(long first, int count) {
    static Seeds of(Method method) {
      SimTest annotation = method.getAnnotation(SimTest.class);
      String only = System.getProperty(SEED);
      if (only != null) {
        return new Seeds(number(SEED, only), 1);
      }
      String many = System.getProperty(SEEDS);
      int count = many == null ? annotation.seeds() : (int) number(SEEDS, many);
      return new Seeds(annotation.firstSeed(), count);
    }

    private static long number(String property, String value) {
      try {
        return Long.parseLong(value);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(property + " must be a number, not '" + value + "'", e);
      }
    }

    @Override
    public String toString() {
      return count == 1 ? "seed " + first : "seeds " + first + " to " + (first + count - 1);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Simulation.class;
  }

  /** Not the real one: that is made for each seed. */
  @Override
  public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return null;
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    invocation.skip();
    Method test = method.getExecutable();
    Seeds seeds = Seeds.of(test);
    SimOptions options =
        SimOptions.parse(
            test.getAnnotation(SimTest.class).options() + "," + System.getProperty(OPTIONS, ""));
    SimMain program = programOf(test, context.getRequiredTestInstance());
    try {
      if (seeds.count > 1) {
        Simulation.runTwice(seeds.first, options, program);
      }
      Simulation.runAll(seeds.first, seeds.count, options, program);
    } catch (SimulationFailure failure) {
      throw explained(failure, program);
    }
  }

  private static SimulationFailure explained(SimulationFailure failure, SimMain program) {
    if (failure.kind() == SimulationFailure.Kind.NOT_DETERMINISTIC) {
      return failure;
    }
    SimulationFailure smaller = Simulation.minimize(failure, program);
    if (smaller != failure) {
      smaller.addSuppressed(failure);
    }
    return smaller;
  }

  private static SimMain programOf(Method test, Object instance) {
    test.setAccessible(true);
    Constructor<?> constructor = constructorOf(instance.getClass());
    return sim -> {
      Object target = constructor == null ? instance : constructor.newInstance();
      try {
        if (test.getParameterCount() == 0) {
          test.invoke(target);
        } else {
          test.invoke(target, sim);
        }
      } catch (InvocationTargetException e) {
        throwUnchanged(e);
      }
    };
  }

  private static void throwUnchanged(InvocationTargetException e) throws Exception {
    Throwable cause = e.getCause();
    if (cause instanceof Error error) {
      throw error;
    }
    throw cause instanceof Exception exception ? exception : e;
  }

  private static @Nullable Constructor<?> constructorOf(Class<?> type) {
    try {
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor;
    } catch (NoSuchMethodException e) {
      // Made in another way, so the instance that there is has to do for all seeds.
      return null;
    }
  }
}
