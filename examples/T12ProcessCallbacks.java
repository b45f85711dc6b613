/// Callbacks that get the result of a task on a pool of processes when it is there, or its error.
///
/// As T12Callbacks, which has threads and greenlets. An argument scales the times.

import dev.loomlet.process.ProcessFuture;
import dev.loomlet.process.ProcessPool;

static int task(int number, double scale) throws Exception {
  Thread.sleep(Math.round((4 - number) * 500 * scale));
  if (number == 3) {
    throw new IOException("no such dish");
  }
  return number + 10;
}

static void callback(ProcessFuture<Integer> done) {
  if (done.state() == Future.State.SUCCESS) {
    IO.println("callback got " + done.resultNow());
  } else {
    IO.println("callback got " + done.exceptionNow().getMessage());
  }
}

void main(String[] args) throws Exception {
  double scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  try (ProcessPool pool = new ProcessPool(3)) {
    for (int i = 1; i <= 3; i++) {
      int number = i;
      pool.submit(() -> task(number, scale)).addDoneCallback(done -> callback(done));
    }
    IO.println("all submitted");
  }
}
