/// Greenlets made in two ways, named, joined and counted, beside a real thread.
///
/// A greenlet is a `Thread` too: it has a name, and `Thread.currentThread()` knows it. Only the
/// thread below them all is the same one, the loop's. An argument scales the times: 0.1 is a tenth.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Loop;

double scale = 1;

/// The second way: a class of its own, for a task that carries data.
record Task(String what, long millis) implements Callable<String> {
  @Override
  public String call() {
    return work(what, millis);
  }
}

static String work(String what, long millis) {
  String self = Thread.currentThread().getName();
  IO.println(self + " begins to " + what);
  sleep(millis);
  IO.println(self + " has ended");
  return what;
}

void main(String[] args) throws Exception {
  scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  long start = System.nanoTime();

  var first = spawn("monkey", () -> work("climb", millis(3)));
  var second = spawn("piglet", new Task("eat", millis(2)));
  IO.println(Thread.currentThread().getName() + " goes on at once");
  IO.println("greenlets alive: " + Loop.current().liveCount());

  var real = Thread.ofPlatform().name("ox").start(() -> IO.println("ox is a platform thread"));
  real.join(); // also lets the loop go on
  second.join();
  IO.println("greenlets alive after one join: " + Loop.current().liveCount());
  joinAll(first, second);
  IO.println("greenlets alive after all joins: " + Loop.current().liveCount());
  IO.println("took " + (System.nanoTime() - start) / 1_000_000 + " ms");
}

long millis(double seconds) {
  return Math.round(seconds * 1000 * scale);
}
