package dev.loomlet.process;

import java.util.ArrayList;
import java.util.List;

/**
 * The classes that the tasks of a pool have had so far. Each task may bring more: its loader, its
 * package. Any thread.
 */
final class PoolClasses {
  private final String pool;
  private final ProcessOptions options;
  private volatile Last last;

  /** What was found for the type that came last, which most often is the next one's, too. */
  private record Last(Class<?> type, TaskClasses classes) {}

  PoolClasses(String pool, ProcessOptions options) {
    this.pool = pool;
    this.options = options;
    Class<?> first = SerializableAction.class;
    this.last = new Last(first, classesOf(first, options.allowed()));
  }

  /** For those that came last. */
  TaskClasses current() {
    return last.classes();
  }

  /** For tasks of a type. */
  TaskClasses of(Class<?> type) {
    Last known = last;
    return known.type() == type ? known.classes() : learn(type);
  }

  private synchronized TaskClasses learn(Class<?> type) {
    TaskClasses known = last.classes();
    if (known.loader() != type.getClassLoader()
        || !known.allowed().contains(ObjectFilter.patternOf(type))) {
      known = classesOf(type, known.allowed());
    }
    last = new Last(type, known);
    return known;
  }

  private TaskClasses classesOf(Class<?> type, List<String> before) {
    List<String> allowed = new ArrayList<>(before);
    String pattern = ObjectFilter.patternOf(type);
    if (!allowed.contains(pattern)) {
      allowed.add(pattern);
    }
    ClassLoader loader = type.getClassLoader();
    byte[] hello = JavaProcess.hello(pool, options, allowed, type);
    return new TaskClasses(loader, allowed, hello, new CompactCodec(loader, allowed));
  }
}
