/// The program ends without waiting for its background greenlets.
///
/// Every greenlet is a daemon: what is still alive when `main` has returned is cancelled. Unlike a
/// daemon thread it is not cut off in the middle, its `finally` blocks run. An argument scales the
/// times: 0.1 is a tenth.

import static dev.loomlet.Loomlet.*;

void live(String name, double seconds) {
  IO.println(name + ": I live");
  try {
    sleep(Math.round(1000 * seconds));
    IO.println(name + ": I die of old age");
  } finally {
    IO.println(name + ": I take my leave");
  }
}

void main(String[] args) {
  double second = args.length > 0 ? Double.parseDouble(args[0]) : 1;

  spawn(() -> live("courtier", 3 * second));
  var king = spawn(() -> live("king", 2 * second));
  king.join();

  IO.println("main: the king is dead");
}
