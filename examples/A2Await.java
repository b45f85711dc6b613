/// Await a coroutine and take its result, or its error.
///
/// `get` is `await`: it waits, returns the value, and throws what went wrong as the cause of an
/// `ExecutionException`. An argument scales the times: 0.1 is a tenth.

import static dev.loomlet.Loomlet.*;

double second = 1000;

String receive() {
  IO.println("I/O begins");
  sleep(Math.round(3 * second));
  IO.println("I/O ends");
  return "hello";
}

String refuse() throws IOException {
  sleep(Math.round(second));
  throw new IOException("the line is dead");
}

void work(String name) throws Exception {
  IO.println(name + " starts");
  String data = receive(); // a coroutine is awaited by calling it
  IO.println(name + " got " + data);
}

void main(String[] args) throws Exception {
  second *= args.length > 0 ? Double.parseDouble(args[0]) : 1;
  long start = System.nanoTime();
  joinAll(spawn(() -> work("f1")), spawn(() -> work("f2")));

  var answer = spawn(() -> 42); // a task of its own, awaited later
  var refused = spawn(this::refuse);
  IO.println("the answer is " + answer.get());
  try {
    refused.get();
  } catch (ExecutionException e) {
    IO.println("the error is " + e.getCause());
  }
  IO.println("took " + (System.nanoTime() - start) / 1_000_000 + " ms");
}
