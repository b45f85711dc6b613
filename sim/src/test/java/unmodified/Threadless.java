package unmodified;

import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Starts threads in simulations of a JVM whose threads are not patched. */
public final class Threadless {
  private Threadless() {}

  /** Prints. */
  public static void main(String[] unused) {
    Answers.patchWithoutThreads();
    Answers.print("thread", 1, _ -> Code.thread());
    Answers.print("pool", 1, _ -> Code.pool());
    Answers.print("timer", 1, _ -> new Timer());
    Answers.print("future", 1, _ -> CompletableFuture.supplyAsync(() -> "computed").join());
    Answers.print("virtual thread", 1, _ -> Code.virtualThread());
    // A thread that was not refused would keep the process alive.
    System.exit(0);
  }

  /** Loaded after the JVM was patched, as programs are. */
  private static final class Code {
    static Object thread() throws InterruptedException {
      Thread thread = new Thread(() -> {});
      thread.start();
      thread.join();
      return "started";
    }

    static Object pool() throws Exception {
      try (ExecutorService pool = Executors.newFixedThreadPool(1)) {
        return pool.submit(() -> "computed").get();
      }
    }

    static Object virtualThread() throws InterruptedException {
      Thread thread = Thread.ofVirtual().start(() -> {});
      thread.join();
      return "ended";
    }
  }
}
