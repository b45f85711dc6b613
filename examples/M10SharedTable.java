/// Producers and consumers in four processes: the program ends when all that was made is eaten.
///
/// As M10ProducersConsumers, which has greenlets. The consumers are daemons, and end with their
/// parent. An argument scales the times: 0.1 is a tenth.

import dev.loomlet.process.JavaProcess;
import dev.loomlet.process.ProcessOptions;
import dev.loomlet.process.SharedJoinableQueue;
import dev.loomlet.process.SharedLong;

record Dish(String name, int number) {}

static void produce(String cook, String food, SharedJoinableQueue<Dish> table, double scale)
    throws Exception {
  for (int i = 0; i < 8; i++) {
    Thread.sleep(oneToThreeSeconds(scale));
    IO.println(cook + " made " + food + " " + i);
    table.put(new Dish(food, i));
  }
}

static void consume(String guest, SharedJoinableQueue<Dish> table, SharedLong eaten, double scale)
    throws Exception {
  while (true) {
    Dish dish = table.take();
    Thread.sleep(oneToThreeSeconds(scale));
    IO.println(guest + " ate " + dish.name() + " " + dish.number());
    eaten.incrementAndGet();
    table.taskDone();
  }
}

static long oneToThreeSeconds(double scale) {
  return Math.round(scale * ThreadLocalRandom.current().nextInt(1000, 3001));
}

void main(String[] args) throws Exception {
  double scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  var daemon = ProcessOptions.defaults().withDaemon(true);
  try (var table = SharedJoinableQueue.create(Dish.class, 10, 200);
      var eaten = SharedLong.create(0)) {
    JavaProcess.start(daemon, () -> consume("Pigsy", table, eaten, scale));
    JavaProcess.start(daemon, () -> consume("Monkey", table, eaten, scale));
    var mao = JavaProcess.start(() -> produce("Mao", "fried rice", table, scale));
    var fu = JavaProcess.start(() -> produce("Fu", "tofu", table, scale));
    mao.join();
    fu.join();
    table.join();
    IO.println("all eaten: " + eaten + ", consumers: " + JavaProcess.activeChildren().size());
  }
}
