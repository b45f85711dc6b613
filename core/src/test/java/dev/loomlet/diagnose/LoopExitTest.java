package dev.loomlet.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.AsyncResult;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopExit;
import dev.loomlet.LoopGroup;
import dev.loomlet.net.TcpListener;
import dev.loomlet.queue.FifoQueue;
import dev.loomlet.sync.Event;
import dev.loomlet.testing.ChildJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In JVMs of their own: that of the tests has threads that may do anything. */
@Timeout(120)
final class LoopExitTest {

  /** A program of the name that it is given, under a watch. */
  static final class Program {
    private static void startLater(Thread.Builder builder, Runnable task) {
      builder.start(
          () -> {
            try {
              Thread.sleep(1_500);
            } catch (InterruptedException e) {
              return;
            }
            task.run();
          });
    }

    public static void main(String[] args) throws Exception {
      // To start a process takes longer than a greenlet may.
      WatchOptions options = WatchOptions.printing(System.err).withHogLimit(Duration.ZERO);
      try (Watch _ = Watch.start(options)) {
        run(args[0]);
        System.out.println("went on");
      } catch (LoopExit e) {
        System.out.println("LoopExit: " + e.getMessage().replace("\n", " "));
        System.out.println("thrown in " + List.of(e.getStackTrace()));
      }
      // Some have left threads that wait for ever.
      Runtime.getRuntime().halt(0);
    }

    private static void run(String name) throws Exception {
      AsyncResult<String> never = new AsyncResult<>("what never comes");
      switch (name) {
        case "event" ->
            Loomlet.run(
                () -> {
                  Event event = new Event();
                  Loomlet.spawn("forgotten", () -> event.await());
                  Loomlet.sleep(300);
                  waitInMain(event);
                });
        case "jdk queue" -> Loomlet.run(() -> new LinkedBlockingQueue<String>().take());
        case "jdk lock" ->
            Loomlet.run(
                () -> {
                  ReentrantLock lock = new ReentrantLock();
                  Loomlet.spawn(lock::lock).join();
                  lock.lock();
                });
        case "hub" -> {
          Loop.current();
          never.join();
        }
        case "two loops" -> {
          try (LoopGroup group = LoopGroup.start(1)) {
            Greenlet<?> far = group.spawn(() -> never.join());
            Loomlet.run(() -> far.join());
          }
        }
        case "dead producers" ->
            Loomlet.run(
                () -> {
                  FifoQueue<String> queue = new FifoQueue<>();
                  Loomlet.spawn("producer-2", () -> queue.put("one"));
                  Loomlet.spawn("producer-1", () -> putAndFail(queue)).linkException(_ -> {});
                  queue.take();
                  queue.take();
                  queue.take();
                });
        case "no producer" -> {
          Loop.current();
          new FifoQueue<String>().take();
        }
        case "dead consumers" ->
            Loomlet.run(
                () -> {
                  FifoQueue<String> queue = new FifoQueue<>(1);
                  Loomlet.spawn("consumer", () -> queue.take());
                  queue.put("one");
                  queue.put("two");
                  queue.put("three");
                });
        case "crossed queues" ->
            Loomlet.run(
                () -> {
                  FifoQueue<String> there = new FifoQueue<>();
                  FifoQueue<String> back = new FifoQueue<>();
                  Loomlet.spawn(
                      "echo",
                      () -> {
                        back.put(there.take());
                        there.take();
                      });
                  there.put("one");
                  back.take();
                  back.take();
                });
        case "caught" ->
            Loomlet.run(
                () -> {
                  try {
                    never.join();
                  } catch (LoopExit e) {
                    Loomlet.spawn(() -> never.set("after all"));
                    never.join();
                  }
                });
        case "thread" -> {
          startLater(Thread.ofPlatform(), () -> never.set(""));
          Loomlet.run(() -> never.join());
        }
        case "virtual thread" -> {
          startLater(Thread.ofVirtual(), () -> never.set(""));
          Loomlet.run(() -> never.join());
        }
        case "computing virtual thread" -> {
          Thread.ofVirtual()
              .start(
                  () -> {
                    long end = System.nanoTime() + 1_500_000_000L;
                    while (System.nanoTime() - end < 0) {
                      Thread.onSpinWait();
                    }
                    never.set("");
                  });
          Loomlet.run(() -> never.join());
        }
        case "sleeper" ->
            Loomlet.run(
                () -> {
                  Loomlet.spawnLater(Duration.ofMillis(1_500), () -> never.set(""));
                  never.join();
                });
        case "child process" ->
            Loomlet.run(
                () -> {
                  new ProcessBuilder("sleep", "1.5").start().onExit().thenRun(() -> never.set(""));
                  never.join();
                });
        case "socket" ->
            Loomlet.run(
                () -> {
                  try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
                    Loomlet.spawn(
                        () -> {
                          listener.accept();
                          never.set("");
                        });
                    new ProcessBuilder(
                            "bash", "-c", "sleep 1.5; echo >/dev/tcp/127.0.0.1/" + listener.port())
                        .inheritIO()
                        .start();
                    never.join();
                  }
                });
        case "signal" -> {
          var signal = Class.forName("sun.misc.Signal");
          var handler = Class.forName("sun.misc.SignalHandler");
          Object proxy =
              java.lang.reflect.Proxy.newProxyInstance(
                  handler.getClassLoader(), new Class<?>[] {handler}, (_, _, _) -> never.set(""));
          Object usr2 = signal.getConstructor(String.class).newInstance("USR2");
          signal.getMethod("handle", signal, handler).invoke(null, usr2, proxy);
          new ProcessBuilder("bash", "-c", "sleep 1.5; kill -USR2 " + ProcessHandle.current().pid())
              .start();
          Loomlet.run(() -> never.join());
        }
        default -> throw new AssertionError(name);
      }
    }

    private static void putAndFail(FifoQueue<String> queue) throws Exception {
      queue.put("two");
      throw new IOException("disk full");
    }

    private static void waitInMain(Event event) {
      event.await();
    }
  }

  private static final String[] STALLED = {
    "jdk lock",
    "event",
    "jdk queue",
    "hub",
    "two loops",
    "dead producers",
    "no producer",
    "dead consumers",
    "crossed queues",
    "caught"
  };
  private static final String[] HOPEFUL = {
    "thread",
    "virtual thread",
    "computing virtual thread",
    "sleeper",
    "child process",
    "socket",
    "signal"
  };

  private static Map<String, String> outputs = Map.of();

  /** All at once, because most of their time they wait. */
  @BeforeAll
  static void runAll() throws Exception {
    List<String> programs = new ArrayList<>(List.of(STALLED));
    programs.addAll(List.of(HOPEFUL));
    outputs = outputs(programs);
  }

  private static Map<String, String> outputs(List<String> programs) throws Exception {
    Map<String, ChildJvm> children = new LinkedHashMap<>();
    Map<String, String> outputs = new LinkedHashMap<>();
    try {
      for (String each : programs) {
        children.put(each, ChildJvm.start(Program.class, each));
      }
      // One that hangs shall not take the whole suite with it.
      CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS)
          .execute(() -> children.values().forEach(ChildJvm::close));
      for (String each : programs) {
        outputs.put(each, children.get(each).rest());
      }
    } finally {
      children.values().forEach(ChildJvm::close);
    }
    return outputs;
  }

  @Test
  void isThrownOutOfAWaitThatNothingCanEnd() {
    // then
    assertThat(outputs.get("event"))
        .contains("LoopExit: ", " can never go on")
        .contains("greenlet \"forgotten\" waits for Event")
        .contains("LoopExitTest$Program.lambda$run")
        .containsPattern("thrown in .*LoopExitTest\\$Program.waitInMain");
    assertThat(outputs.get("jdk queue")).contains("LoopExit: ");
    assertThat(outputs.get("jdk lock")).contains("LoopExit: ", "ReentrantLock@");
    assertThat(outputs.get("hub")).contains("LoopExit: ").contains("LoopExitTest$Program.run");
    assertThat(outputs.get("two loops")).contains("LoopExit: ");
    assertThat(outputs.get("caught")).isEqualTo("went on\n");
  }

  @Test
  void namesThoseWhoseEndKeepsAQueueEmptyOrFull() {
    // then
    assertThat(outputs.get("dead producers"))
        .containsPattern(
            "greenlet \"main\" waits for FifoQueue@[0-9a-f]+ of 0 elements at .*; its producers"
                + " have all ended: greenlet \"producer-2\" \\(ended\\), greenlet \"producer-1\""
                + " \\(failed: java.io.IOException: disk full\\)");
    assertThat(outputs.get("no producer"))
        .containsPattern(
            "thread \"main\" waits for FifoQueue@[0-9a-f]+ of 0 elements; nobody ever put into it");
    assertThat(outputs.get("dead consumers"))
        .contains("; its consumers have all ended: greenlet \"consumer\" (ended)");
    assertThat(outputs.get("crossed queues"))
        .contains("; of its producers there are left greenlet \"echo\"")
        .contains("; of its producers there are left greenlet \"main\"");
  }

  @Test
  void isNotThrownWhereSomebodyMayStillEndTheWait() {
    // then
    for (String name : HOPEFUL) {
      assertThat(outputs.get(name)).as(name).isEqualTo("went on\n");
    }
  }
}
