package dev.loomlet.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether initialising a class runs code. The JDK does not tell; but a class that has a static
 * initialiser has that method's name among its constants, so a file without it has none.
 */
final class Initializers {
  private static final byte[] NAME = "<clinit>".getBytes(StandardCharsets.US_ASCII);

  private Initializers() {}

  /** False only if that is certain, of the class and of all that it extends or implements. */
  static boolean mayRun(String name, @Nullable ClassLoader loader) {
    try {
      return mayRun(Class.forName(name, false, loader), new HashSet<>());
    } catch (ClassNotFoundException | LinkageError | IOException e) {
      return true;
    }
  }

  private static boolean mayRun(@Nullable Class<?> type, Set<Class<?>> seen) throws IOException {
    if (type == null || type == Object.class || !seen.add(type)) {
      return false;
    }
    if (hasInitializer(type) || mayRun(type.getSuperclass(), seen)) {
      return true;
    }
    for (Class<?> each : type.getInterfaces()) {
      if (mayRun(each, seen)) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasInitializer(Class<?> type) throws IOException {
    byte[] code = codeOf(type);
    return code == null || contains(code, NAME);
  }

  private static byte @Nullable [] codeOf(Class<?> type) throws IOException {
    ClassLoader loader = type.getClassLoader();
    if (loader instanceof ClassSource source) {
      byte[] code = source.classes().get(type.getName());
      if (code != null) {
        return code;
      }
    }
    String file = type.getName().replace('.', '/') + ".class";
    try (InputStream in =
        loader == null
            ? ClassLoader.getSystemResourceAsStream(file)
            : loader.getResourceAsStream(file)) {
      return in == null ? null : in.readAllBytes();
    }
  }

  private static boolean contains(byte[] all, byte[] part) {
    for (int i = 0; i <= all.length - part.length; i++) {
      int j = 0;
      while (j < part.length && all[i + j] == part[j]) {
        j++;
      }
      if (j == part.length) {
        return true;
      }
    }
    return false;
  }
}
