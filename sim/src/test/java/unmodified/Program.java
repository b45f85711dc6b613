package unmodified;

import dev.loomlet.agent.Patch;
import dev.loomlet.agent.PatchOptions;
import dev.loomlet.agent.Topic;
import dev.loomlet.sim.SimOptions;
import dev.loomlet.sim.Simulation;
import dev.loomlet.sim.SimulationFailure;
import java.net.InetAddress;
import java.net.Socket;
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
    Patch.install(
        PatchOptions.all()
            .without(Topic.FILES)
            .without(Topic.STDIN)
            .without(Topic.PROCESS)
            .with(Topic.THREADS));
    Patch.simulate();
    answer("time", 1, _ -> Code.time());
    answer("chance 1", 1, _ -> Code.chance());
    answer("chance 1 again", 1, _ -> Code.chance());
    answer("chance 2", 2, _ -> Code.chance());
    answer("threads", 1, _ -> Code.threads());
    answer("name", 1, sim -> sim.host("there") + " " + InetAddress.getByName("there"));
    answer(
        "socket",
        1,
        _ -> {
          try (Socket socket = new Socket("127.0.0.1", 1)) {
            return "connected " + socket;
          }
        });
  }

  private interface Question {
    Object ask(Simulation sim) throws Exception;
  }

  private static void answer(String name, long seed, Question question) {
    Object[] result = new Object[1];
    try {
      Simulation.run(
          seed,
          SimOptions.defaults().withTimeLimit(Duration.ofDays(100)),
          sim -> result[0] = question.ask(sim));
    } catch (SimulationFailure e) {
      result[0] = e.kind() + " " + e.headline();
    }
    System.out.println(name + ": " + result[0]);
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
