/// A recursive lock ends the deadlock of two locks taken in opposite order.
///
/// Each of 8 tasks takes lock 1, then lock 2, and afterwards, still holding lock 2, lock 1 again.
/// With two locks the second task would wait for the first and the first for the second, for ever.
/// Here both names stand for one `RLock`, which its owner may take as often as he likes: it is free
/// for the others when he has given it back as often. An argument scales the times: 0.1 is a tenth.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.sync.RLock;

double second = 1000;
RLock lock1 = new RLock("lock 1");
RLock lock2 = lock1;
int finished;

void task(String name) throws Exception {
  lock1.run(
      () -> {
        IO.println(name + " has lock 1");
        lock2.run(() -> IO.println(name + " has lock 2 as well"));
      });
  lock2.run(
      () -> {
        IO.println(name + " has lock 2");
        sleep(Math.round(second));
        lock1.run(() -> IO.println(name + " has lock 1 as well"));
      });
  finished++;
}

void main(String[] args) {
  second *= args.length > 0 ? Double.parseDouble(args[0]) : 1;
  long start = System.nanoTime();
  joinAll(IntStream.rangeClosed(1, 8).mapToObj(i -> spawn(() -> task("task " + i))).toList());
  IO.println(finished + " tasks have finished");
  IO.println("took " + (System.nanoTime() - start) / 1_000_000 + " ms");
}
