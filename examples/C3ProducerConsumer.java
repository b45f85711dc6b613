/// Producer and consumer, by way of a list and by way of `send`.
///
/// With the list everything is produced before anything is consumed. With `send` the two take
/// turns, each item is consumed at once, and no list is needed.

import dev.loomlet.Generator;
import dev.loomlet.TwoWayGenerator;

void byList() {
  List<Integer> items = new ArrayList<>();
  for (int item = 0; item < 5; item++) {
    IO.println("produced " + item);
    items.add(item);
  }
  for (int item : items) {
    IO.println("consumed " + item);
  }
}

void bySend() {
  TwoWayGenerator<String, Integer, Void> consumer =
      Generator.twoWay(
          out -> {
            while (true) {
              IO.println("consumed " + out.yield("ready"));
            }
          });
  try (consumer) {
    consumer.next(); // up to its first yield, which can then return an item
    for (int item = 0; item < 5; item++) {
      IO.println("produced " + item);
      consumer.send(item);
    }
  }
}

void main() {
  IO.println("by a list");
  long start = System.nanoTime();
  byList();
  long turn = System.nanoTime();
  IO.println("by send");
  bySend();
  long end = System.nanoTime();

  IO.println("list " + (turn - start) / 1000 + " us, send " + (end - turn) / 1000 + " us");
}
