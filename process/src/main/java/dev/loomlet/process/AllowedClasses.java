package dev.loomlet.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which classes may be in messages; remembers those that it was asked for and that may. */
final class AllowedClasses {
  private static final List<String> ALWAYS =
      List.of(
          "java.io.*",
          "java.lang.*",
          "java.lang.invoke.SerializedLambda",
          "java.math.*",
          "java.net.BindException",
          "java.net.ConnectException",
          "java.net.Inet4Address",
          "java.net.Inet6Address",
          "java.net.InetAddress",
          "java.net.InetSocketAddress",
          "java.net.SocketException",
          "java.net.SocketTimeoutException",
          "java.net.URI",
          "java.net.URISyntaxException",
          "java.net.UnknownHostException",
          "java.nio.charset.*",
          "java.nio.file.*",
          "java.sql.*",
          "java.text.*",
          "java.time.**",
          "java.util.*",
          "java.util.concurrent.*",
          "java.util.concurrent.atomic.*",
          "dev.loomlet.**");

  /** Not values: they do something when they are made, or when they are called. */
  private static final Set<String> NEVER = Set.of("java.lang.reflect.Proxy");

  private final List<String> patterns;

  /** Only classes that are there, so that nobody can fill it with names. */
  private final Set<Class<?>> known = ConcurrentHashMap.newKeySet();

  /**
   * Creates it.
   *
   * @param allowed patterns of {@link ProcessOptions#allowed}
   */
  AllowedClasses(List<String> allowed) {
    this.patterns = new ArrayList<>(ALWAYS);
    this.patterns.addAll(allowed);
  }

  /** Whether a class may be in a message. */
  boolean contains(Class<?> type) {
    if (known.contains(type)) {
      return true;
    }
    boolean allowed = contains(type.getName());
    if (allowed) {
      known.add(type);
    }
    return allowed;
  }

  /** Whether a class of a name may be in a message. */
  boolean contains(String name) {
    if (NEVER.contains(name)) {
      return false;
    }
    for (String pattern : patterns) {
      if (matches(pattern, name)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(String pattern, String name) {
    if (pattern.endsWith(".**")) {
      return name.startsWith(pattern.substring(0, pattern.length() - 2));
    }
    if (pattern.endsWith(".*")) {
      int dots = pattern.length() - 1;
      return name.startsWith(pattern.substring(0, dots)) && name.indexOf('.', dots) < 0;
    }
    // No text is put together, for which a child that has just begun would load what it takes.
    int end = pattern.length();
    return name.startsWith(pattern) && (name.length() == end || name.charAt(end) == '$');
  }
}
