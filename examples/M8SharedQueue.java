/// A queue between processes with room for six: put, take, full, empty, time-outs, no waiting.
///
/// As M8Queue, but what is put by one process is taken by another. `put` and `take` wait; with a
/// limit they tell whether it was enough, and with a limit of zero they do not wait. An argument
/// scales the times: 0.1 is a tenth.

import dev.loomlet.process.JavaProcess;
import dev.loomlet.process.SharedObjectQueue;

double scale = 1;

static void fill(SharedObjectQueue<String> queue) {
  for (String letter : List.of("a", "b", "c", "d", "e", "f")) {
    queue.put(letter);
  }
}

void main(String[] args) throws Exception {
  scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  try (var queue = SharedObjectQueue.create(String.class, 6, 100)) {
    IO.println("empty " + queue.isEmpty() + ", full " + queue.isFull());
    JavaProcess.start(() -> fill(queue)).join();
    IO.println("empty " + queue.isEmpty() + ", full " + queue.isFull());

    IO.println("Full: g was put at once " + queue.put("g", Duration.ZERO)); // put_nowait
    long start = System.nanoTime();
    boolean put = queue.put("g", limit()); // put(timeout=3)
    IO.println("Full: g was put " + put + seconds(start));

    var taken = new ArrayList<String>();
    for (int i = 0; i < 6; i++) {
      taken.add(queue.take());
    }
    IO.println("took " + String.join(" ", taken));

    IO.println("Empty: took at once " + queue.take(Duration.ZERO)); // get_nowait
    start = System.nanoTime();
    IO.println("Empty: took " + queue.take(limit()) + seconds(start)); // get(timeout=3)
  }
}

Duration limit() {
  return Duration.ofMillis(Math.round(3000 * scale));
}

String seconds(long start) {
  return " after " + Math.round((System.nanoTime() - start) / 1e9 / scale) + " s";
}
