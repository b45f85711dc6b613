/// A dish that one process puts into a queue, another process takes out and prints.
///
/// The queue is in memory that both have; the child gets it by being given a lambda that captures
/// it.

import dev.loomlet.process.JavaProcess;
import dev.loomlet.process.SharedQueue;
import dev.loomlet.queue.QueueShutDown;
import java.nio.charset.StandardCharsets;

static void eat(SharedQueue table) {
  try {
    while (true) {
      IO.println("guest got " + new String(table.take(), StandardCharsets.UTF_8));
    }
  } catch (QueueShutDown e) {
    IO.println("guest leaves");
  }
}

void main(String... args) throws Exception {
  String[] dishes = args.length > 0 ? args : new String[] {"kung pao chicken"};
  try (var table = SharedQueue.create(4, 100);
      var guest = JavaProcess.start(() -> eat(table))) {
    for (String dish : dishes) {
      IO.println("cook puts " + dish);
      table.put(dish.getBytes(StandardCharsets.UTF_8));
    }
    table.shutdown();
    guest.join();
  }
}
