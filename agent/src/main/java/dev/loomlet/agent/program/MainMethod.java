package dev.loomlet.agent.program;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * The {@code main} of a class by the rules of JLS 12.1.4: with arguments or without, static or not.
 */
public final class MainMethod {
  private static final String NAME = "main";

  private final Class<?> type;
  private final Method method;

  private MainMethod(Class<?> type, Method method) {
    this.type = type;
    this.method = method;
  }

  /** The method to start, or null if the class has none. */
  public static @Nullable MainMethod of(Class<?> type) {
    Method found = find(type, String[].class);
    if (found == null) {
      found = find(type);
    }
    return found == null ? null : new MainMethod(type, found);
  }

  private static @Nullable Method find(Class<?> type, Class<?>... parameters) {
    Method found = null;
    try {
      // Also knows the default methods of interfaces.
      found = type.getMethod(NAME, parameters);
    } catch (NoSuchMethodException e) {
      for (Class<?> at = type; at != null && found == null; at = at.getSuperclass()) {
        try {
          found = at.getDeclaredMethod(NAME, parameters);
        } catch (NoSuchMethodException inherited) {
          // Look further up.
        }
      }
    }
    boolean valid =
        found != null
            && found.getReturnType() == void.class
            && !Modifier.isPrivate(found.getModifiers());
    return valid ? found : null;
  }

  /**
   * Makes it ready to be called. Runs none of the program's code.
   *
   * @return takes the arguments; also creates the object that an instance method needs
   * @throws ProgramFault if it cannot be called
   */
  public MethodHandle prepare() throws ProgramFault {
    String owner = method.getDeclaringClass().getName();
    // By method handles: unlike those of reflection, their frames do not show in stack traces.
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    MethodHandle handle;
    try {
      method.setAccessible(true);
      // String... stays an array here.
      handle = lookup.unreflect(method).asFixedArity();
    } catch (IllegalAccessException | RuntimeException e) {
      throw new ProgramFault("can't access main method in class: " + owner);
    }
    if (!Modifier.isStatic(method.getModifiers())) {
      handle = MethodHandles.foldArguments(handle, constructor());
    }
    if (method.getParameterCount() == 0) {
      handle = MethodHandles.dropArguments(handle, 0, String[].class);
    }
    return handle.asType(MethodType.methodType(void.class, String[].class));
  }

  private MethodHandle constructor() throws ProgramFault {
    String owner = type.getName();
    if (Modifier.isAbstract(type.getModifiers())) {
      throw new ProgramFault("abstract class: " + owner + " can not be instantiated");
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      MethodHandle maker = MethodHandles.lookup().unreflectConstructor(constructor);
      return maker.asType(MethodType.methodType(method.getDeclaringClass()));
    } catch (NoSuchMethodException e) {
      throw new ProgramFault("can't find no argument constructor in class: " + owner);
    } catch (IllegalAccessException | RuntimeException e) {
      throw new ProgramFault("can't access no argument constructor in class: " + owner);
    }
  }
}
