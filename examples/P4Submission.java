/// Synchronous and asynchronous submission, blocking and not: the four combinations, timed.
///
/// Synchronous or not says how a task is submitted: does the submitter wait for its result before
/// it goes on? Blocking or not says in which state it waits: put aside, or ready and looking again.
/// The same task is submitted three times in each way. An argument scales the times.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.AsyncResult;
import dev.loomlet.Loomlet;
import dev.loomlet.ThreadPool;

double scale = 1;
ThreadPool pool = new ThreadPool(3);
long looks;

String boil() throws InterruptedException {
  Thread.sleep(Math.round(1000 * scale));
  return "tea";
}

/// Waits without blocking: it looks, and lets others run.
void poll(AsyncResult<?> task) {
  while (!task.isDone()) {
    looks++;
    Loomlet.yield();
  }
}

List<String> synchronousBlocking() throws Exception {
  List<String> results = new ArrayList<>();
  for (int i = 0; i < 3; i++) {
    results.add(pool.apply(this::boil));
  }
  return results;
}

List<String> synchronousNonBlocking() throws Exception {
  List<String> results = new ArrayList<>();
  for (int i = 0; i < 3; i++) {
    var task = pool.applyAsync(this::boil);
    poll(task);
    results.add(task.get());
  }
  return results;
}

List<String> asynchronousBlocking() throws Exception {
  List<AsyncResult<String>> tasks = new ArrayList<>();
  for (int i = 0; i < 3; i++) {
    tasks.add(pool.applyAsync(this::boil));
  }
  return gather(tasks);
}

List<String> asynchronousNonBlocking() throws Exception {
  List<String> results = new ArrayList<>();
  for (int i = 0; i < 3; i++) {
    pool.applyAsync(this::boil, results::add); // the callback gets it
  }
  while (results.size() < 3) {
    looks++;
    Loomlet.yield();
  }
  return results;
}

void time(String how, Callable<List<String>> way) throws Exception {
  long start = System.nanoTime();
  looks = 0;
  var results = way.call();
  long millis = (System.nanoTime() - start) / 1_000_000;
  IO.println(how + ": " + millis + " ms, looked " + looks + " times for " + results);
}

void main(String[] args) throws Exception {
  scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  time("synchronous, blocking", this::synchronousBlocking);
  time("synchronous, non-blocking", this::synchronousNonBlocking);
  time("asynchronous, blocking", this::asynchronousBlocking);
  time("asynchronous, non-blocking", this::asynchronousNonBlocking);
  pool.close();
}
