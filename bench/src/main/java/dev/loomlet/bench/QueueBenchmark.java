package dev.loomlet.bench;

import dev.loomlet.Loomlet;
import dev.loomlet.queue.FifoQueue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** What it costs to put an element into a queue and take it out, when nobody has to wait. */
final class QueueBenchmark implements Benchmark {
  private static final int BATCH = 100_000;
  private static final int CAPACITY = 64;
  private static final int FILLED = 8;
  private static final String REFERENCE = "ArrayBlockingQueue";

  @Override
  public String title() {
    return "put and take without waiting, against the JDK's queues";
  }

  @Override
  public Report measure(BenchOptions options, Consumer<String> progress) throws Exception {
    Report report =
        new Report(
            "queue",
            "Put an element and take one, in one greenlet, with some always in the queue; in turn"
                + " in one JVM, median of "
                + options.rounds()
                + " rounds (least-greatest).");
    Rounds rounds =
        new Rounds()
            .add(REFERENCE, nanos -> measured(new ArrayBlockingQueue<>(CAPACITY), nanos))
            .add("LinkedBlockingQueue", nanos -> measured(new LinkedBlockingQueue<>(), nanos))
            .add("FifoQueue, bounded", nanos -> ours(new FifoQueue<>(CAPACITY), nanos))
            .add("FifoQueue", nanos -> ours(new FifoQueue<>(), nanos));
    rounds.run(options);
    rounds.tell(report, "put and take", REFERENCE);
    rounds.chart(options, "Put and take", "FifoQueue");
    return report;
  }

  private static double measured(BlockingQueue<Integer> queue, long nanos) throws Exception {
    fill(queue);
    return Loomlet.run(
        () ->
            Timed.repeat(
                nanos,
                BATCH,
                () -> {
                  for (int i = 0; i < BATCH; i++) {
                    queue.put(FILLED);
                    queue.take();
                  }
                }));
  }

  /** The same loop, compiled for this one class, as it is in a program that uses one. */
  private static double ours(FifoQueue<Integer> queue, long nanos) throws Exception {
    fill(queue);
    return Loomlet.run(
        () ->
            Timed.repeat(
                nanos,
                BATCH,
                () -> {
                  for (int i = 0; i < BATCH; i++) {
                    queue.put(FILLED);
                    queue.take();
                  }
                }));
  }

  private static void fill(BlockingQueue<Integer> queue) throws InterruptedException {
    for (int i = 0; i < FILLED; i++) {
      queue.put(FILLED);
    }
  }
}
