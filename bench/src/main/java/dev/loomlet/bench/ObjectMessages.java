package dev.loomlet.bench;

import dev.loomlet.process.JavaProcess;
import dev.loomlet.process.MessageFormat;
import dev.loomlet.process.ProcessOptions;
import dev.loomlet.process.SharedObjectQueue;
import java.io.Serializable;

/** Small objects through a queue between two processes. */
final class ObjectMessages {
  private static final int CAPACITY = 1_024;
  private static final int LARGEST = 512;
  private static final int BATCH = 5_000;

  private ObjectMessages() {}

  /**
   * What the peer's class has.
   *
   * @param name a string
   * @param number a number
   * @param price another one
   */
  record Dish(String name, int number, double price) implements Serializable {}

  /** As records, without serialisation. */
  static double records(long nanos) throws Exception {
    return queue(nanos, MessageFormat.records(Dish.class));
  }

  /** By the JDK's serialisation, read through the filter. */
  static double serialized(long nanos) throws Exception {
    return queue(nanos, MessageFormat.serialized(Dish.class));
  }

  private static double queue(long nanos, MessageFormat<Dish> format) throws Exception {
    ProcessOptions quiet = ProcessOptions.defaults().withErrors(ProcessOptions.Stream.DISCARD);
    try (SharedObjectQueue<Dish> queue = SharedObjectQueue.create(format, CAPACITY, LARGEST);
        JavaProcess _ = JavaProcess.start(quiet, () -> putForever(queue))) {
      Timed.Batch taking =
          () -> {
            for (int i = 0; i < BATCH; i++) {
              queue.take();
            }
          };
      return Timed.repeatCompiled(nanos, BATCH, taking);
    }
  }

  private static void putForever(SharedObjectQueue<Dish> queue) {
    Dish dish = new Dish("fried rice", 7, 2.5);
    while (true) {
      queue.put(dish);
    }
  }
}
