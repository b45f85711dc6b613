/// A generator does not switch by itself when it waits; the loop below it does.
///
/// The consumer takes 2 s for each of 5 items, and `send` comes back only after that: 10 s, as long
/// as there is but this pair. A wait holds up only the greenlet that it happens in, however, so
/// three such pairs side by side need 10 s as well, not 30. An argument scales the times: 0.1 is a
/// tenth.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Generator;
import dev.loomlet.TwoWayGenerator;

long pause = 2000;

void produce(String name) {
  TwoWayGenerator<String, Integer, Void> consumer =
      Generator.twoWay(
          out -> {
            while (true) {
              Integer item = out.yield("ready");
              sleep(pause);
              IO.println(name + " consumed " + item);
            }
          });
  try (consumer) {
    consumer.next();
    for (int item = 0; item < 5; item++) {
      IO.println(name + " produced " + item);
      consumer.send(item);
    }
  }
}

void main(String[] args) {
  pause = Math.round(pause * (args.length > 0 ? Double.parseDouble(args[0]) : 1));
  long start = System.nanoTime();
  produce("alone");
  IO.println("one pair took " + (System.nanoTime() - start) / 1_000_000 + " ms");

  long again = System.nanoTime();
  joinAll(spawn(() -> produce("a")), spawn(() -> produce("b")), spawn(() -> produce("c")));
  IO.println("three pairs took " + (System.nanoTime() - again) / 1_000_000 + " ms");
}
