package dev.loomlet.process;

import java.io.ObjectInputFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What may be in a message: the JDK's values, collections and exceptions, this module, and what
 * somebody has allowed. Everything else is rejected before anything is made of it, as by a pattern
 * that ends in {@code !*}.
 *
 * <p>No array is larger than the message has bytes, so that what a message makes us allocate is
 * bounded by what it has. The depth is limited because the cost of nested sets doubles with each
 * level.
 */
final class ObjectFilter implements ObjectInputFilter {
  private static final int MOST_DEPTH = 24;
  private static final int LEAST_ARRAY = 4096;

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
  private final int most;

  /**
   * Creates a filter of one message.
   *
   * @param allowed patterns of {@link ProcessOptions#allowed}
   * @param length of the message, in bytes
   */
  ObjectFilter(List<String> allowed, int length) {
    this.patterns = new ArrayList<>(ALWAYS);
    this.patterns.addAll(allowed);
    this.most = Math.max(length, LEAST_ARRAY);
  }

  /**
   * Refuses what is no pattern.
   *
   * @throws IllegalArgumentException if it is none
   */
  static void check(String pattern) {
    String name =
        pattern.endsWith(".**")
            ? pattern.substring(0, pattern.length() - 3)
            : pattern.endsWith(".*") ? pattern.substring(0, pattern.length() - 2) : pattern;
    if (name.isEmpty() || name.indexOf('*') >= 0) {
      throw new IllegalArgumentException(
          "what is allowed is a class, a package as name.*, or one with those below it as name.**,"
              + " not "
              + pattern);
    }
  }

  /** What a task's own class brings with it: its package, or itself if it is in none. */
  static String patternOf(Class<?> type) {
    String name = type.getPackageName();
    if (!name.isEmpty()) {
      return name + ".*";
    }
    String own = type.getName();
    int nested = own.indexOf('$', 1);
    return nested < 0 ? own : own.substring(0, nested);
  }

  @Override
  public Status checkInput(FilterInfo info) {
    if (info.depth() > MOST_DEPTH || info.references() > most || info.streamBytes() > most) {
      return Status.REJECTED;
    }
    if (info.arrayLength() > most) {
      return Status.REJECTED;
    }
    Class<?> type = info.serialClass();
    if (type == null) {
      return Status.UNDECIDED;
    }
    while (type.isArray()) {
      type = type.getComponentType();
    }
    return type.isPrimitive() || isAllowed(type.getName()) ? Status.ALLOWED : Status.REJECTED;
  }

  /** Whether a class may be in a message. */
  boolean isAllowed(String name) {
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
    return name.equals(pattern) || name.startsWith(pattern + "$");
  }
}
