/// Who a process is, and how it is ended: pid, parent's pid, terminate, isAlive.
///
/// `terminate` only asks; the process is alive a moment longer, and `join` waits for its end.

import dev.loomlet.process.JavaProcess;
import dev.loomlet.process.SharedLong;

static void tellAndWait(SharedLong pid, SharedLong parent) throws InterruptedException {
  parent.set(JavaProcess.current().parentPid());
  pid.set(JavaProcess.current().pid());
  Thread.sleep(60_000);
}

void main() throws Exception {
  try (var pid = SharedLong.create(0);
      var parent = SharedLong.create(0);
      var child = JavaProcess.start(() -> tellAndWait(pid, parent))) {
    while (pid.get() == 0) {
      Thread.sleep(5);
    }
    IO.println("the child's pid is the one that its parent knows: " + (pid.get() == child.pid()));
    IO.println("its parent is this process: " + (parent.get() == JavaProcess.current().pid()));
    IO.println("alive " + child.isAlive());
    child.terminate();
    child.join();
    IO.println("alive " + child.isAlive() + ", exit code " + child.exitCode().getAsInt());
  }
}
