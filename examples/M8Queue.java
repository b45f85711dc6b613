/// A queue with room for six: put, take, full, empty, time-outs, and no waiting at all.
///
/// It is a `BlockingQueue`: `put` and `take` wait, `add` and `remove` throw at once, `offer` and
/// `poll` wait for a time and tell. An argument scales the times: 0.1 is a tenth.

import dev.loomlet.queue.FifoQueue;

double scale = 1;

void main(String[] args) throws Exception {
  scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  var queue = new FifoQueue<String>(6);
  IO.println("empty " + queue.isEmpty() + ", full " + queue.isFull());
  for (String letter : List.of("a", "b", "c", "d", "e", "f")) {
    queue.put(letter);
  }
  IO.println("empty " + queue.isEmpty() + ", full " + queue.isFull());

  try {
    queue.add("g"); // put_nowait
  } catch (IllegalStateException e) {
    IO.println("Full: " + e.getMessage());
  }
  long start = System.nanoTime();
  boolean put = queue.offer("g", limit()); // put(timeout=3)
  IO.println("g was " + (put ? "put" : "not put") + seconds(start));

  var taken = new ArrayList<String>();
  for (int i = 0; i < 6; i++) {
    taken.add(queue.take());
  }
  IO.println("took " + String.join(" ", taken));

  try {
    queue.remove(); // get_nowait
  } catch (NoSuchElementException e) {
    IO.println("Empty: there is nothing to remove");
  }
  start = System.nanoTime();
  IO.println("took " + queue.poll(limit()) + seconds(start)); // get(timeout=3)
}

Duration limit() {
  return Duration.ofMillis(Math.round(3000 * scale));
}

String seconds(long start) {
  return " after " + Math.round((System.nanoTime() - start) / 1e9 / scale) + " s";
}
