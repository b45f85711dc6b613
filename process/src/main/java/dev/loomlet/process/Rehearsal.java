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

  static SerializableAction action(int captured, String text) {
    return () -> check(captured, text);
  }

  /** Looks through the jars of the program. */
  static SerializableCallable<Integer> searchProgram(String nothing) {
    return () ->
        Rehearsal.class.getClassLoader() instanceof URLClassLoader program
                && program.findResource(nothing) != null
            ? 1
            : 0;
  }

  /** Opens all that is in the class path. */
  static SerializableCallable<Integer> search(String nothing) {
    return () -> ClassLoader.getSystemClassLoader().getResource(nothing) == null ? 0 : 1;
  }

  private static void check(int captured, String text) {
    if (text.length() > captured) {
      throw new IllegalStateException("a text that is longer than it should be");
    }
  }
}
