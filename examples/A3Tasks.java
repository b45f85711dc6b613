/// Named tasks, and a wait that tells those that are done from those that are pending.
///
/// An argument scales the times: 0.1 is a tenth.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Greenlet;
import dev.loomlet.Until;
import dev.loomlet.Waited;
import java.time.Duration;

double second = 1000;

String work(double seconds) {
  IO.println(Thread.currentThread().getName() + " starts");
  sleep(Math.round(seconds * second));
  IO.println(Thread.currentThread().getName() + " ends");
  return "value of " + Thread.currentThread().getName();
}

void tell(String when, Waited<Greenlet<String>> waited) {
  IO.println(when + ":");
  waited.done().forEach(task -> IO.println("  done " + task.name() + ", " + task.value()));
  waited.pending().forEach(task -> IO.println("  pending " + task.name()));
}

void main(String[] args) {
  second *= args.length > 0 ? Double.parseDouble(args[0]) : 1;
  var tasks = List.of(spawn("quick", () -> work(1)), spawn("slow", () -> work(2)));

  tell("after the first", await(tasks, Until.FIRST_COMPLETED));
  tell("half a second later", await(tasks, Until.ALL_COMPLETED, millis(0.5)));
  tell("after all", await(tasks, Until.ALL_COMPLETED));

  for (var task :
      asCompleted(List.of(spawn("later", () -> work(1)), spawn("soon", () -> work(0))))) {
    IO.println("completed " + task.name());
  }
}

Duration millis(double seconds) {
  return Duration.ofMillis(Math.round(seconds * second));
}
