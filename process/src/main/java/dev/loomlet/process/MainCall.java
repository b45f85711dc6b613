package dev.loomlet.process;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

/** The {@code main} method of a class, to be called in a child as {@code java} would. */
final class MainCall {
  private MainCall() {}

  /**
   * The message for it.
   *
   * @throws IllegalArgumentException if the class has none
   */
  static byte[] pack(Class<?> type, String... arguments) throws IOException {
    if (!hasMain(type)) {
      throw new IllegalArgumentException(
          type.getName() + " has no method main() or main(String[]); give a class that has one");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream data = new DataOutputStream(bytes)) {
      data.writeUTF(type.getName());
      data.writeInt(arguments.length);
      for (String each : arguments) {
        data.writeUTF(each);
      }
    }
    return bytes.toByteArray();
  }

  private static boolean hasMain(Class<?> type) {
    for (var method : type.getDeclaredMethods()) {
      Class<?>[] parameters = method.getParameterTypes();
      if (method.getName().equals("main")
          && (parameters.length == 0
              || (parameters.length == 1 && parameters[0] == String[].class))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Calls it.
   *
   * @param content the message
   * @throws Throwable what it throws
   */
  static void run(byte[] content) throws Throwable {
    try (DataInputStream data = new DataInputStream(new ByteArrayInputStream(content))) {
      String name = data.readUTF();
      String[] arguments = new String[data.readInt()];
      for (int i = 0; i < arguments.length; i++) {
        arguments[i] = data.readUTF();
      }
      invoke(load(name), arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private static Class<?> load(String name) throws ClassNotFoundException {
    try {
      return Class.forName(name, true, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException e) {
      throw new ClassNotFoundException(
          e.getMessage() + " is not in the class path of the child process", e);
    }
  }

  private static void invoke(Class<?> type, String[] arguments)
      throws ReflectiveOperationException {
    Method main;
    boolean takesArguments = true;
    try {
      main = type.getDeclaredMethod("main", String[].class);
    } catch (NoSuchMethodException e) {
      main = type.getDeclaredMethod("main");
      takesArguments = false;
    }
    main.setAccessible(true);
    Object target = null;
    if (!Modifier.isStatic(main.getModifiers())) {
      var constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      target = constructor.newInstance();
    }
    if (takesArguments) {
      main.invoke(target, (Object) arguments);
    } else {
      main.invoke(target);
    }
  }
}
