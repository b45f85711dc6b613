/// Ten tasks on a pool of three processes: at most three at once, results in the order asked.
///
/// The same as T11Pools, which uses threads and greenlets. Here each task has the heap of another
/// process, and can be killed. An argument scales the times: 0.1 is a tenth.

import dev.loomlet.process.ProcessFuture;
import dev.loomlet.process.ProcessPool;

static long task(double seconds) throws InterruptedException {
  Thread.sleep(Math.round(1000 * seconds));
  return ProcessHandle.current().pid();
}

void main(String[] args) throws Exception {
  double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  try (ProcessPool pool = new ProcessPool(3)) {
    List<ProcessFuture<Long>> futures = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      futures.add(pool.submit(() -> task(seconds)));
    }
    IO.println("10 submitted, " + futures.stream().filter(Future::isDone).count() + " done");
    Set<Long> processes = new HashSet<>();
    for (ProcessFuture<Long> future : futures) {
      processes.add(future.get());
    }
    IO.println("ran in at most 3 processes: " + (processes.size() <= 3));
    IO.println("map gives " + pool.map(number -> number + 10, List.of(0, 1, 2)));
  }
}
