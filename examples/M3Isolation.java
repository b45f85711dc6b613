/// What a process changes, its parent does not see: the child sets 16, the parent still has 18.

import dev.loomlet.process.JavaProcess;

static int age = 18;

void main() throws Exception {
  try (var child =
      JavaProcess.start(
          () -> {
            age = 16;
            IO.println("the child has " + age);
          })) {
    child.join();
  }
  IO.println("the parent has " + age);
}
