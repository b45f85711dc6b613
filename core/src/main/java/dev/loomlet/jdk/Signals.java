package dev.loomlet.jdk;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Signals of the process, by the one interface that the JDK has for them, {@code sun.misc.Signal}.
 * By reflection, because javac warns of each use of it and lets nobody turn the warning off.
 */
public final class Signals {
  private final Class<?> handlerType;
  private final MethodHandle newSignal;
  private final MethodHandle getName;
  private final MethodHandle handle;
  private final MethodHandle raise;

  /** Looked up when the first signal is asked for. */
  private static final class Holder {
    static final @Nullable Signals SIGNALS = find();

    private static @Nullable Signals find() {
      try {
        return new Signals();
      } catch (ReflectiveOperationException e) {
        return null;
      }
    }
  }

  private Signals() throws ReflectiveOperationException {
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    Class<?> signal = Class.forName("sun.misc.Signal");
    handlerType = Class.forName("sun.misc.SignalHandler");
    newSignal = lookup.findConstructor(signal, methodType(void.class, String.class));
    getName = lookup.findVirtual(signal, "getName", methodType(String.class));
    handle = lookup.findStatic(signal, "handle", methodType(handlerType, signal, handlerType));
    raise = lookup.findStatic(signal, "raise", methodType(void.class, signal));
  }

  private static Signals present() {
    Signals signals = Holder.SIGNALS;
    if (signals == null) {
      throw new IllegalStateException(
          "signals need the module jdk.unsupported, which this Java runtime was made without");
    }
    return signals;
  }

  /**
   * Has a function called, on a thread of the JDK's, whenever a signal arrives.
   *
   * @param name without SIG
   * @param handler gets the name
   * @return restores what was done before
   * @throws IllegalArgumentException if there is no such signal, or the JVM needs it for itself
   * @throws IllegalStateException if this Java runtime lacks the module jdk.unsupported
   */
  public static Runnable handle(String name, Consumer<String> handler) {
    Signals signals = present();
    Object signal = JdkInternals.call(() -> signals.newSignal.invoke(name));
    Object before = JdkInternals.call(() -> signals.install(signal, signals.adapt(handler)));
    return () -> JdkInternals.call(() -> signals.install(signal, before));
  }

  private Object install(Object signal, Object handler) throws Throwable {
    return handle.invoke(signal, handler);
  }

  private Object adapt(Consumer<String> handler) throws ReflectiveOperationException {
    MethodHandle accept =
        MethodHandles.publicLookup()
            .findVirtual(Consumer.class, "accept", methodType(void.class, Object.class))
            .bindTo(handler);
    MethodHandle target =
        MethodHandles.filterArguments(
            accept.asType(methodType(void.class, String.class)), 0, getName);
    return MethodHandleProxies.asInterfaceInstance(handlerType, target);
  }

  /** Sends a signal to this process. */
  public static void raise(String name) {
    Signals signals = present();
    JdkInternals.call(
        () -> {
          signals.raise.invoke(signals.newSignal.invoke(name));
          return name;
        });
  }
}
