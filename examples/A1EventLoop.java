/// Two coroutines that wait one second each are done in one second.
///
/// asyncio needs `async` and `await` for that; here a call that waits is a call. An argument scales
/// the times: 0.1 is a tenth.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Loop;

void nap(long millis) {
  String self = Thread.currentThread().getName() + " on " + Loop.current();
  IO.println(self + " starts");
  sleep(millis);
  IO.println(self + " ends");
}

void main(String[] args) {
  long second = Math.round(1000 * (args.length > 0 ? Double.parseDouble(args[0]) : 1));
  long start = System.nanoTime();

  joinAll(spawn("f1", () -> nap(second)), spawn("f2", () -> nap(second)));

  IO.println("took " + (System.nanoTime() - start) / 1_000_000 + " ms");
}
