/// The name of the current thread inside each coroutine.
///
/// A greenlet is a thread to Java, so it has a name: its own if it was given one, else one made
/// from its number. Below them all is one thread, the loop's. An argument scales the times.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Loop;

double scale = 1;

String name() {
  return "thread \"" + Thread.currentThread().getName() + "\", greenlet " + current().name();
}

void func(int number, double seconds) {
  IO.println("func" + number + " in " + name());
  sleep(Math.round(seconds * 1000 * scale));
}

void main(String[] args) throws Exception {
  scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  IO.println("main in " + name());
  var start = System.nanoTime();
  var first = spawn("worker-1", () -> func(1, 2));
  var second = spawn("worker-2", () -> func(2, 3));
  var third = spawn(() -> func(3, 1));
  joinAll(first, second, third);
  IO.println("all of them on " + (first.loop() == Loop.current() ? "one loop" : "several loops"));
  IO.println("off the loop in thread \"" + runInExecutor(this::threadName).get() + "\"");
  IO.println("took " + (System.nanoTime() - start) / 1_000_000 + " ms");
}

String threadName() {
  return Thread.currentThread().getName();
}
