/// Producers and consumers: the program ends when everything that was produced is eaten.
///
/// Each element of a `JoinableQueue` is work to be marked done; `join` waits for the last mark. The
/// consumers never end by themselves: they are cancelled when `main` ends. An argument scales the
/// times: 0.1 is a tenth.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.queue.JoinableQueue;

double scale = 1;
int eaten;

void produce(String cook, String food, JoinableQueue<String> table) throws Exception {
  for (int i = 0; i < 8; i++) {
    sleep(oneToThreeSeconds());
    IO.println(cook + " made " + food + " " + i);
    table.put(food + " " + i);
  }
}

void consume(String guest, JoinableQueue<String> table) throws Exception {
  try {
    while (true) {
      String dish = table.take();
      sleep(oneToThreeSeconds());
      IO.println(guest + " ate " + dish);
      eaten++;
      table.taskDone();
    }
  } finally {
    IO.println(guest + " leaves");
  }
}

void main(String[] args) {
  scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  var table = new JoinableQueue<String>();
  spawn(() -> consume("Pigsy", table));
  spawn(() -> consume("Monkey", table));
  joinAll(
      spawn(() -> produce("Mao", "fried rice", table)),
      spawn(() -> produce("Fu", "Buddha jumps over the wall", table)));
  table.join();
  IO.println("all eaten: " + eaten);
}

long oneToThreeSeconds() {
  return Math.round(scale * ThreadLocalRandom.current().nextInt(1000, 3001));
}
