/// A future that one task waits for and another one sets.
///
/// It need not be a task: whoever has the value sets it, here a greenlet, then a plain thread, then
/// a `CompletableFuture` of other code. An argument scales the times: 0.1 is a tenth.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.AsyncResult;
import java.util.concurrent.CompletableFuture;

void main(String[] args) throws Exception {
  long second = Math.round(1000 * (args.length > 0 ? Double.parseDouble(args[0]) : 1));

  AsyncResult<String> future = new AsyncResult<>("greeting");
  spawn(
      () -> {
        sleep(2 * second);
        future.set("hello");
      });
  IO.println("waiting for " + future.name());
  IO.println(future.get());

  AsyncResult<String> fromThread = new AsyncResult<>();
  Thread.ofPlatform().start(() -> fromThread.set("hello from a thread"));
  IO.println(fromThread.get());

  CompletableFuture<String> other = CompletableFuture.supplyAsync(() -> "hello from a pool");
  IO.println(AsyncResult.of(other).get());

  AsyncResult<String> broken = new AsyncResult<>();
  spawn(() -> broken.setException(new IllegalStateException("no greeting today")));
  try {
    broken.get();
  } catch (ExecutionException e) {
    IO.println(e.getCause().getMessage());
  }
}
