/// No zombies are left by children that were joined, no orphans by parents that were killed.
///
/// Children end with their parent, whichever way that goes, unless they were asked not to.

import dev.loomlet.process.JavaProcess;
import dev.loomlet.process.ProcessOptions;
import dev.loomlet.process.SharedLong;

static String status(long pid) {
  try {
    return Files.readString(Path.of("/proc", "" + pid, "stat"));
  } catch (IOException e) {
    return ""; // it is gone
  }
}

static boolean isZombie(long pid) {
  return status(pid).contains(") Z ");
}

static boolean isAlive(long pid) {
  return !status(pid).isEmpty() && !isZombie(pid);
}

/// Starts a child of its own, says which, and is then killed.
static void startAnother(boolean detached, SharedLong pid) throws Exception {
  var options = ProcessOptions.defaults().withDetached(detached);
  pid.set(JavaProcess.start(options, () -> Thread.sleep(60_000)).pid());
  Thread.sleep(60_000);
}

/// The pid of a grandchild of which the parent was killed.
long orphan(boolean detached) throws Exception {
  try (var pid = SharedLong.create(0);
      var child = JavaProcess.start(() -> startAnother(detached, pid))) {
    while (pid.get() == 0) {
      Thread.sleep(5);
    }
    child.kill();
    child.join();
    return pid.get();
  }
}

void main() throws Exception {
  List<JavaProcess> children = new ArrayList<>();
  for (int i = 0; i < 3; i++) {
    children.add(JavaProcess.start(() -> {}));
  }
  for (JavaProcess child : children) {
    child.join();
  }
  long zombies = children.stream().filter(child -> isZombie(child.pid())).count();
  IO.println("three children have ended, zombies: " + zombies);

  long orphan = orphan(false);
  for (int i = 0; i < 500 && isAlive(orphan); i++) {
    Thread.sleep(20);
  }
  IO.println("a parent was killed, and its child has ended: " + !isAlive(orphan));

  long detached = orphan(true);
  Thread.sleep(500);
  IO.println("another was killed, and its detached child goes on: " + isAlive(detached));
  ProcessHandle.of(detached).ifPresent(ProcessHandle::destroyForcibly);
}
