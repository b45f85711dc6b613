package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.ChildJvm;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How {@link Loomlet#run} ends: by itself, by a signal, by System.exit. */
@Timeout(60)
final class RunnerTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  static void kill(String signal, ChildJvm child) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + signal, "" + child.pid()).start();
    assertThat(kill.waitFor()).isZero();
  }

  @OnEveryEngine
  void leftoversAreCancelledAndTheirErrorsReported(TestLoop loop) throws Exception {
    // given
    List<String> ended = new ArrayList<>();
    IOException error = new IOException("while it was cancelled");
    // when
    loop.run(
        () -> {
          spawn(
              () -> {
                try {
                  sleep(FOR_EVER);
                } finally {
                  sleep(1);
                  ended.add("cleaned up");
                }
              });
          spawn(
              () -> {
                try {
                  sleep(FOR_EVER);
                } catch (Cancelled e) {
                  throw error;
                }
              });
          Loomlet.yield();
        });
    // then
    assertThat(ended).containsExactly("cleaned up");
    assertThat(loop.uncaught()).containsExactly(error);
  }

  @OnEveryEngine
  void anErrorOfMainComesOutUnchangedAfterTheLeftoversHaveEnded(TestLoop loop) {
    List<String> ended = new ArrayList<>();
    IOException error = new IOException("main");
    assertThatThrownBy(
            () ->
                loop.run(
                    () -> {
                      spawn(
                          () -> {
                            try {
                              sleep(FOR_EVER);
                            } finally {
                              ended.add("left over");
                            }
                          });
                      Loomlet.yield();
                      throw error;
                    }))
        .isSameAs(error);
    assertThat(ended).containsExactly("left over");
  }

  /** Waits for ever, and says how it ends. */
  static final class Waits {
    public static void main(String[] args) throws Exception {
      Loomlet.run(
          () -> {
            spawn(
                () -> {
                  try {
                    sleep(FOR_EVER);
                  } finally {
                    System.out.println("leftover ends");
                  }
                });
            try {
              Loomlet.yield();
              System.out.println("ready");
              sleep(FOR_EVER);
            } finally {
              sleep(20);
              System.out.println("finally");
            }
          });
      System.out.println("not reached");
    }
  }

  @ParameterizedTest
  @CsvSource({"INT,130", "TERM,143"})
  void aSignalCancelsMainAndTheExitCodeIsTheUsualOne(String signal, int code) throws Exception {
    try (ChildJvm child = ChildJvm.start(Waits.class)) {
      // given
      child.lineAfter("ready");
      // when
      kill(signal, child);
      // then
      assertThat(child.exitCode()).isEqualTo(code);
      assertThat(child.rest()).isEqualTo("finally\nleftover ends\n");
    }
  }

  /** Does not end when it is asked to. */
  static final class Refuses {
    public static void main(String[] args) throws Exception {
      Loomlet.run(
          () -> {
            System.out.println("ready");
            while (true) {
              try {
                sleep(FOR_EVER);
              } catch (Cancelled e) {
                System.out.println("refuses");
              }
            }
          });
    }
  }

  @ParameterizedTest
  @CsvSource({"INT,130", "TERM,143"})
  void aSecondSignalEndsItAtOnce(String second, int code) throws Exception {
    try (ChildJvm child = ChildJvm.start(Refuses.class)) {
      // given
      child.lineAfter("ready");
      kill("INT", child);
      child.lineAfter("refuses");
      // when
      kill(second, child);
      // then
      assertThat(child.exitCode()).isEqualTo(code);
      assertThat(child.rest()).as("it would say so if it had used up the grace").isEmpty();
    }
  }

  /** Calls System.exit somewhere. */
  static final class Exits {
    public static void main(String[] args) throws Exception {
      switch (args[0]) {
        case "main" -> Loomlet.run(() -> System.exit(3));
        case "other greenlet" ->
            Loomlet.run(
                () -> {
                  spawn(
                      () -> {
                        sleep(1);
                        System.exit(3);
                      });
                  waitAndSay();
                });
        case "main with others" ->
            Loomlet.run(
                () -> {
                  spawn(Exits::waitAndSay);
                  Loomlet.yield();
                  System.exit(3);
                });
        case "monitor" -> {
          // Class initialisation pins, so that the loop stands still.
          Loomlet.run(() -> Pinned.touch());
        }
        case "own thread" ->
            Loomlet.run(
                () -> {
                  Thread.ofPlatform().start(() -> System.exit(3));
                  waitAndSay();
                });
        case "loop thread" -> {
          spawn(Exits::waitAndSay);
          Loomlet.yield();
          System.exit(3);
        }
        case "callback" ->
            Loomlet.run(
                () -> {
                  Loop.current().core().submit(() -> System.exit(3));
                  sleep(FOR_EVER);
                });
        default -> throw new AssertionError(args[0]);
      }
    }

    private static void waitAndSay() {
      try {
        sleep(FOR_EVER);
      } finally {
        System.out.println("cleaned up");
      }
    }

    static final class Pinned {
      static {
        System.exit(3);
      }

      static void touch() {}
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "main",
        "other greenlet",
        "main with others",
        "monitor",
        "own thread",
        "loop thread",
        "callback"
      })
  void systemExitIsPromptWhereverItIsCalled(String where) throws Exception {
    // when
    try (ChildJvm child = ChildJvm.start(Exits.class, where)) {
      // then
      assertThat(child.exitCode()).isEqualTo(3);
      boolean cleans = List.of("other greenlet", "main with others", "own thread").contains(where);
      assertThat(child.rest())
          .as("it would say so if it had used up the grace")
          .isEqualTo(cleans ? "cleaned up\n" : "");
    }
  }

  /** Two runs at once, on two threads. */
  static final class Two {
    public static void main(String[] args) throws Exception {
      Thread.ofPlatform().start(() -> waitAndSay("second"));
      waitAndSay("first");
    }

    private static void waitAndSay(String name) {
      try {
        Loomlet.run(
            () -> {
              System.out.println("ready");
              try {
                sleep(FOR_EVER);
              } finally {
                System.out.println("end of a run");
              }
            });
      } catch (Exception e) {
        throw new AssertionError(name, e);
      }
    }
  }

  @Test
  void allRunsOfTheProcessAreCancelled() throws Exception {
    try (ChildJvm child = ChildJvm.start(Two.class)) {
      child.lineAfter("ready");
      child.lineAfter("ready");
      kill("INT", child);
      assertThat(child.exitCode()).isEqualTo(130);
      assertThat(child.rest()).isEqualTo("end of a run\nend of a run\n");
    }
  }

  /** Ends by a signal after its runs have ended. */
  static final class RunsAndWaits {
    public static void main(String[] args) throws Exception {
      Loomlet.run(() -> sleep(1));
      System.out.println("ready");
      Thread.sleep(FOR_EVER);
    }
  }

  @Test
  void aRunThatIsOverKeepsNothingWaiting() throws Exception {
    try (ChildJvm child = ChildJvm.start(RunsAndWaits.class)) {
      child.lineAfter("ready");
      kill("TERM", child);
      assertThat(child.exitCode()).isEqualTo(143);
      assertThat(child.rest()).isEmpty();
    }
  }
}
