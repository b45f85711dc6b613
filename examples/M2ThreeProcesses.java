/// Three processes that take 1, 2 and 3 seconds, joined: about 3 seconds, not 6.
///
/// An argument scales the times: 0.1 is a tenth.

import dev.loomlet.process.JavaProcess;

static void task(int number, double seconds) throws InterruptedException {
  Thread.sleep(Math.round(1000 * seconds));
  IO.println("task " + number + " is done");
}

void main(String[] args) throws Exception {
  double scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  long start = System.nanoTime();
  List<JavaProcess> processes = new ArrayList<>();
  for (int i = 1; i <= 3; i++) {
    int number = i;
    processes.add(JavaProcess.start(() -> task(number, number * scale)));
  }
  for (JavaProcess process : processes) {
    process.join();
  }
  IO.println("all are done after %.1f s".formatted((System.nanoTime() - start) / 1e9));
}
