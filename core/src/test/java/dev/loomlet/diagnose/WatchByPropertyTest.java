package dev.loomlet.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Loomlet;
import dev.loomlet.LoopExit;
import dev.loomlet.sync.Event;
import dev.loomlet.testing.ChildJvm;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What can be said of a watch only from outside, in JVMs of their own. */
@Timeout(120)
final class WatchByPropertyTest {
  private static final long SECOND = 1_000_000_000;

  /** A program of the name that it is given, which starts no watch itself. */
  static final class Program {
    private static final ByteArrayOutputStream REPORTS = new ByteArrayOutputStream();
    private static long lastNanos = System.nanoTime();

    public static void main(String[] args) throws Exception {
      System.setErr(new PrintStream(REPORTS, true));
      switch (args[0]) {
        case "deadlock" ->
            Loomlet.run(
                () -> {
                  Ring ring = Ring.start(Ring.Kind.MUTEX, Ring.Kind.MUTEX);
                  while (REPORTS.size() == 0) {
                    Loomlet.sleep(10);
                  }
                  ring.breakUp();
                });
        case "hog" ->
            Loomlet.run(
                () -> {
                  Loomlet.spawn("other", () -> Loomlet.sleep(60_000));
                  long end = System.nanoTime() + Long.parseLong(args[1]) * SECOND / 1_000;
                  while (REPORTS.size() == 0 && System.nanoTime() - end < 0) {
                    Thread.onSpinWait();
                  }
                });
        case "attempts" -> {
          for (int i = 0; i < 2; i++) {
            try {
              Loomlet.run(() -> System.out.println("ran"));
            } catch (RuntimeException e) {
              System.out.println(e);
            }
          }
        }
        case "stalled" -> {
          WatchOptions another = WatchOptions.printing(System.err).withLoopExit(false);
          try (Watch _ = Watch.start(another)) {
            Loomlet.run(() -> new Event().await());
          } catch (LoopExit e) {
            System.out.println("LoopExit");
          }
        }
        case "stopped" ->
            Loomlet.run(
                () -> {
                  Loomlet.spawn("other", () -> Loomlet.sleep(60_000));
                  Loomlet.yield();
                  // Long enough for a sample, before and after.
                  while (compute(SECOND * 3 / 10)) {}
                  System.out.println("ready");
                  while (!compute(SECOND / 100)) {}
                  compute(SECOND * 3 / 10);
                });
        default -> throw new AssertionError(args[0]);
      }
      System.out.print(REPORTS);
      System.out.println("end");
      Runtime.getRuntime().halt(0);
    }

    /** Computes, and tells whether the process was stopped meanwhile or just before. */
    private static boolean compute(long nanos) {
      long end = System.nanoTime() + nanos;
      while (lastNanos - end < 0) {
        long before = lastNanos;
        lastNanos = System.nanoTime();
        if (lastNanos - before > SECOND) {
          return true;
        }
      }
      return false;
    }
  }

  private static ChildJvm start(List<String> prefix, List<String> flags, String... arguments) {
    List<String> all = new ArrayList<>();
    all.add("@" + ChildJvm.home().resolve("build/jvm.args"));
    all.add("-D" + Watch.PROPERTY + "=true");
    all.addAll(flags);
    return ChildJvm.start(prefix, all, Program.class, arguments);
  }

  private static List<String> environment(String limit) {
    return List.of("env", WatchOptions.HOG_LIMIT_ENVIRONMENT + "=" + limit);
  }

  private static String property(String limit) {
    return "-D" + WatchOptions.HOG_LIMIT + "=" + limit;
  }

  @Test
  void thePropertyStartsAWatch() throws Exception {
    try (ChildJvm child = start(List.of(), List.of(property("0")), "deadlock")) {
      assertThat(child.rest()).startsWith("loomlet: deadlock of 2:\n").endsWith("end\n");
    }
  }

  @Test
  void oneWatchIsNoHopeForAnother() throws Exception {
    try (ChildJvm child = start(List.of(), List.of(property("0")), "stalled")) {
      // One that hangs shall not take the whole suite with it.
      CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS).execute(child::close);
      assertThat(child.rest()).isEqualTo("LoopExit\nend\n");
    }
  }

  @Test
  void theEnvironmentSetsTheLimit() throws Exception {
    try (ChildJvm child = start(environment("300"), List.of(), "hog", "30000")) {
      assertThat(child.rest())
          .startsWith("loomlet: greenlet \"main\" has kept loop-main for more than 300 ms")
          .endsWith("end\n");
    }
  }

  @Test
  void zeroIsNoLimitAndThePropertyGoesBeforeTheEnvironment() throws Exception {
    try (ChildJvm child = start(environment("50"), List.of(property("0")), "hog", "400")) {
      assertThat(child.rest()).isEqualTo("end\n");
    }
  }

  @Test
  void aLimitThatIsNoneIsToldEachTimeALoopIsMade() throws Exception {
    try (ChildJvm child = start(environment("soon"), List.of(), "attempts")) {
      String message =
          "java.lang.IllegalArgumentException: LOOMLET_WATCH_HOG takes milliseconds, as in 250, or"
              + " 0 for no limit; not 'soon'\n";
      assertThat(child.rest()).isEqualTo(message + message + "end\n");
    }
  }

  @Tag("alone")
  @Test
  void nobodyIsBlamedForAStopOfTheWholeProcess() throws Exception {
    try (ChildJvm child = start(List.of(), List.of(property("2000")), "stopped")) {
      // given
      child.lineAfter("ready");

      // when
      signal("STOP", child);
      Thread.sleep(2_300);
      signal("CONT", child);

      // then
      assertThat(child.rest()).isEqualTo("end\n");
    }
  }

  private static void signal(String name, ChildJvm child) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, "" + child.pid()).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }
}
