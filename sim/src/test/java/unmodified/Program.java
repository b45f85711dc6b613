package unmodified;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Patches its JVM, and so is a process of its own; prints a line for each answer. */
public final class Program {
  private Program() {}

  /** Prints. */
  public static void main(String[] unused) {
    Answers.patch();
    Answers.print("time", 1, _ -> Code.time());
    Answers.print("chance 1", 1, _ -> Code.chance());
    Answers.print("chance 1 again", 1, _ -> Code.chance());
    Answers.print("chance 2", 2, _ -> Code.chance());
    Answers.print("threads", 1, _ -> Code.threads());
    Answers.print("name", 1, sim -> sim.host("there") + " " + InetAddress.getByName("there"));
  }

  /** Loaded after the JVM was patched, as programs are. */
  private static final class Code {
    static String time() throws Exception {
      long nanos = System.nanoTime();
      long millis = System.currentTimeMillis();
      Thread.sleep(Duration.ofHours(1));
      List<Object> seen = new ArrayList<>();
      seen.add(Duration.ofNanos(System.nanoTime() - nanos));
      seen.add(Duration.ofMillis(System.currentTimeMillis() - millis));
      seen.add(Instant.now());
      seen.add(new Date().toInstant());
      seen.add(new LinkedBlockingQueue<String>().poll(3, TimeUnit.DAYS));
      Object monitor = new Object();
      synchronized (monitor) {
        monitor.wait(1000);
      }
      seen.add(Duration.ofNanos(System.nanoTime() - nanos));
      return seen.toString();
    }

    static String chance() {
      return new Random().nextLong()
          + " "
          + Math.random()
          + " "
          + ThreadLocalRandom.current().nextLong()
          + " "
          + UUID.randomUUID();
    }

    static String threads() throws Exception {
      List<Object> seen = new ArrayList<>();
      Thread thread = new Thread(() -> seen.add(System.nanoTime()));
      thread.start();
      thread.join();
      try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
        for (int i = 0; i < 4; i++) {
          pool.submit(
              () -> {
                Thread.sleep(1000);
                seen.add(System.nanoTime());
                return null;
              });
        }
      }
      seen.add(CompletableFuture.supplyAsync(() -> "computed").get(1, TimeUnit.SECONDS));
      return seen.toString();
    }
  }
}
