/// Sleeps of 2 s, 3 s and 5 s, all done in 5 s: spawn, join, joinAll and value.
///
/// An argument scales the times: with 0.1 it is 0.5 s.

import static dev.loomlet.Loomlet.*;

double second = 1000;

String hum(String tune, int seconds) {
  IO.println(tune + " ...");
  sleep(Math.round(seconds * second));
  IO.println("... " + tune);
  return tune.toUpperCase(Locale.ROOT);
}

void main(String[] args) {
  second *= args.length > 0 ? Double.parseDouble(args[0]) : 1;
  long start = System.nanoTime();

  var heng = spawn(() -> hum("heng", 2));
  var ha = spawn(() -> hum("ha", 3));
  var hei = spawn(() -> hum("hei", 5));
  heng.join();
  IO.println("first value " + heng.value() + ", last value still " + hei.value());
  joinAll(heng, ha, hei);

  IO.println("values " + heng.value() + " " + ha.value() + " " + hei.value());
  IO.println("took " + (System.nanoTime() - start) / 1_000_000 + " ms");
}
