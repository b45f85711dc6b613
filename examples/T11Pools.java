/// Ten tasks, at most three at once, on a pool of threads and on a pool of greenlets.
///
/// A thread is right for code that blocks in a way the loop cannot see or that computes for long; a
/// greenlet for everything that waits. An argument scales the times: 0.1 is a tenth.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Awaitable;
import dev.loomlet.Pool;
import dev.loomlet.ThreadPool;
import dev.loomlet.Workers;

double scale = 1;
AtomicInteger running = new AtomicInteger();
AtomicInteger most = new AtomicInteger();

int task(int number) throws InterruptedException {
  most.accumulateAndGet(running.incrementAndGet(), Math::max);
  Thread.sleep(Math.round(1000 * scale)); // in a greenlet, this too lets the others run
  running.decrementAndGet();
  return number + 10;
}

void work(String what, Workers pool) throws Exception {
  long start = System.nanoTime();
  most.set(0);
  List<Awaitable<Integer>> futures = new ArrayList<>();
  for (int i = 0; i < 10; i++) {
    int number = i;
    futures.add(pool.applyAsync(() -> task(number))); // does not wait; spawn would, for a place
  }
  IO.println(what + ": 10 submitted, " + futures.stream().filter(Future::isDone).count() + " done");

  List<Integer> results = new ArrayList<>();
  for (Awaitable<Integer> future : futures) {
    results.add(future.get());
  }
  IO.println(what + ": results " + results + ", at most " + most + " at once");
  IO.println(what + ": map gives " + pool.map(number -> task(number), List.of(0, 1, 2)));
  long millis = (System.nanoTime() - start) / 1_000_000;
  IO.println(what + ": " + millis + " ms");
}

void main(String[] args) throws Exception {
  scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  try (ThreadPool threads = new ThreadPool(3)) {
    work("threads", threads);
  }
  work("greenlets", new Pool(3));
}
