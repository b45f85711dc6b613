package dev.loomlet.bench;

import java.util.function.Consumer;

/** One thing to measure. */
interface Benchmark {

  /** What it measures, in half a sentence. */
  String title();

  /**
   * Measures.
   *
   * @param options how
   * @param progress told now and then how far it has got
   * @throws UnmeasurableException if nothing can be measured here
   */
  Report measure(BenchOptions options, Consumer<String> progress) throws Exception;
}
