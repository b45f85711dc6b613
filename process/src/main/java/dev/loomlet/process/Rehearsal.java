package dev.loomlet.process;

import java.net.URLClassLoader;

/**
 * What a child does that is watched for the start-up cache, and what a spare does while it waits:
 * as little as a task can, so that whatever every task needs is there.
 *
 * <p>Its classes are sent to the child as those of a program are that is in no file, since
 * otherwise the cache would hold the lambdas themselves and not what it takes to make some.
 */
final class Rehearsal {
  private Rehearsal() {}

  static SerializableAction action() {
    return () -> check(3, "abc");
  }

  /** Looks through the jars of the program. Captures more than one thing, as tasks do. */
  static SerializableCallable<Integer> searchProgram(String nothing, int found) {
    return () ->
        Rehearsal.class.getClassLoader() instanceof URLClassLoader program
                && program.findResource(nothing) != null
            ? found
            : 0;
  }

  /** Opens all that is in the class path. */
  static SerializableCallable<Integer> search(String nothing) {
    return () -> ClassLoader.getSystemClassLoader().getResource(nothing) == null ? 0 : 1;
  }

  private static void check(int length, String text) {
    if (text.length() > length) {
      throw new IllegalStateException("a text that is longer than it should be");
    }
  }
}
