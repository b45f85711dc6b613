/// A daemon process ends with its parent, in the middle of what it does.
///
/// Without `withDaemon(true)` the parent would wait for it at its end.

import dev.loomlet.process.JavaProcess;
import dev.loomlet.process.ProcessOptions;

static void watch() throws InterruptedException {
  IO.println("the daemon begins");
  Thread.sleep(60_000);
  IO.println("the daemon is done"); // never printed
}

void main() throws Exception {
  var daemon = JavaProcess.start(ProcessOptions.defaults().withDaemon(true), () -> watch());
  daemon.join(java.time.Duration.ofMillis(800));
  IO.println("the parent ends while the daemon is " + (daemon.isAlive() ? "alive" : "dead"));
}
