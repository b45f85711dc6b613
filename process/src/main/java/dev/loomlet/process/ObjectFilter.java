package dev.loomlet.process;

import java.io.ObjectInputFilter;
import java.util.List;

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

  private final AllowedClasses allowed;
  private int most;

  /** What the stream had read, and made, before this message. */
  private long bytesBefore;

  private long referencesBefore;
  private boolean begun = true;

  /**
   * Creates a filter of one message.
   *
   * @param allowed patterns of {@link ProcessOptions#allowed}
   * @param length of the message, in bytes
   */
  ObjectFilter(List<String> allowed, int length) {
    this(new AllowedClasses(allowed), length);
  }

  /** As that, with what was found out for other messages. */
  ObjectFilter(AllowedClasses allowed, int length) {
    this.allowed = allowed;
    this.most = Math.max(length, LEAST_ARRAY);
  }

  /**
   * The next message of a stream of several begins, whose limits are its own.
   *
   * @param length of the message, in bytes
   * @param before how many bytes the stream had before it
   */
  void next(int length, long before) {
    most = Math.max(length, LEAST_ARRAY);
    bytesBefore = before;
    begun = false;
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
    if (!begun) {
      begun = true;
      referencesBefore = info.references() - 1;
    }
    if (info.depth() > MOST_DEPTH
        || info.references() - referencesBefore > most
        || info.streamBytes() - bytesBefore > most) {
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
    return type.isPrimitive() || allowed.contains(type) ? Status.ALLOWED : Status.REJECTED;
  }
}
