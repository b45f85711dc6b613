package dev.loomlet.bench;

/** An operation that can be repeated and timed. */
@FunctionalInterface
interface Timed {

  /**
   * A JVM has compiled what two processes do together only after seconds of it, and it is not the
   * compiler that is compared with others.
   */
  long COMPILED_AFTER_NANOS = 3_000_000_000L;

  /**
   * Repeats it for about a time.
   *
   * @param nanos how long
   * @return nanoseconds for each
   */
  double nanosEach(long nanos) throws Exception;

  /** A number of operations, done at once. */
  @FunctionalInterface
  interface Batch {
    void run() throws Exception;
  }

  /** Repeats batches of a known size until the time is over. */
  static double repeat(long nanos, int size, Batch batch) throws Exception {
    long start = System.nanoTime();
    long batches = 0;
    long spent;
    do {
      batch.run();
      batches++;
      spent = System.nanoTime() - start;
    } while (spent < nanos);
    return (double) spent / batches / size;
  }

  /** As {@link #repeat}, after what is repeated is compiled, here and in the other process. */
  static double repeatCompiled(long nanos, int size, Batch batch) throws Exception {
    repeat(Math.max(nanos, COMPILED_AFTER_NANOS), size, batch);
    return repeat(nanos, size, batch);
  }
}
