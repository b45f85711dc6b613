package dev.loomlet.bench;

/** An operation that can be repeated and timed. */
@FunctionalInterface
interface Timed {

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
}
