/// A call that holds its thread, off the loop: run_in_executor keeps the loop responsive.
///
/// A greenlet ticks meanwhile. First the call is made on the loop, where it holds up the ticks;
/// then by a thread of the common pool. An argument scales the times: 0.1 is a tenth.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Loomlet;

double scale = 1;
int ticks;

/// Computes for a time, and so never waits in a way that would let others run.
String crack(String what) {
  long end = System.nanoTime() + Math.round(2e9 * scale);
  int hash = what.hashCode();
  while (System.nanoTime() < end) {
    hash = hash * 31 + 7;
  }
  return "hello" + (hash == 0 ? "" : " " + what);
}

void tick() {
  while (true) {
    sleep(Math.round(100 * scale));
    ticks++;
  }
}

void main(String[] args) throws Exception {
  scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  var ticker = spawn(this::tick);
  Loomlet.yield();

  IO.println("on the loop: " + crack("from the loop") + ", " + ticks + " ticks meanwhile");

  ticks = 0;
  var future = runInExecutor(() -> crack("from " + Thread.currentThread().getName()));
  IO.println("off the loop: " + future.get() + ", " + ticks + " ticks meanwhile");
  ticker.kill();
}
