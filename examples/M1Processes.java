/// A process from a function, and one from a class.
///
/// Each is a JVM of its own, with a heap of its own. The parent goes on at once: it prints before
/// the children have ended, and `join` waits for them. What a lambda captures is copied.

import dev.loomlet.process.JavaProcess;

static void task(String name) throws InterruptedException {
  IO.println(name + " begins");
  Thread.sleep(300);
  IO.println(name + " is done");
}

static class Worker {
  static void main(String[] args) throws InterruptedException {
    task(args[0]);
  }
}

void main() throws Exception {
  var function = JavaProcess.start(() -> task("the function"));
  var type = JavaProcess.startMain(Worker.class, "the class");
  IO.println("the parent goes on, with " + JavaProcess.activeChildren().size() + " children");

  function.join();
  type.join();
  IO.println("exit codes " + function.exitCode().getAsInt() + ", " + type.exitCode().getAsInt());
}
