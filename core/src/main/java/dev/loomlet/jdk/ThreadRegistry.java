package dev.loomlet.jdk;

import java.util.stream.Stream;

/** A loop's entry in the JVM's thread dumps. */
public interface ThreadRegistry extends AutoCloseable {

  /** Where the threads of a dump come from. */
  interface Source {

    /**
     * The loop's live threads. Called on any thread while the loop goes on; may miss a thread that
     * starts or ends meanwhile.
     */
    Stream<Thread> threads();
  }

  /** Takes the loop out of thread dumps. Does not block. */
  @Override
  void close();
}
