/// Callbacks that get the result when it is there: link, linkValue and linkException.
///
/// A callback runs as a greenlet of its own, so it may wait. An argument scales the times.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.ThreadPool;

double scale = 1;

int task(int number) throws Exception {
  Thread.sleep(Math.round((4 - number) * 500 * scale));
  if (number == 3) {
    throw new IOException("no such dish");
  }
  return number + 10;
}

void main(String[] args) throws Exception {
  scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  try (var threads = new ThreadPool(3)) {
    for (int i = 1; i <= 3; i++) {
      int number = i;
      var future = threads.spawn(() -> task(number));
      future.link(ended -> IO.println("task " + number + " has ended"));
      future.linkValue(ended -> IO.println("callback got " + ended.value()));
      future.linkException(ended -> IO.println("callback got " + ended.exception().getMessage()));
    }
    IO.println("all submitted");
    threads.join();
  }
  var greenlet = spawn(() -> task(1));
  greenlet.linkValue(ended -> IO.println("callback of a greenlet got " + ended.value()));
  joinOthers();
}
