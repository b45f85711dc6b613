package dev.loomlet;

import static dev.loomlet.Loomlet.onSignal;
import static dev.loomlet.Loomlet.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.jdk.Signals;
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
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class SignalsTest {

  @OnEveryEngine
  void theHandlerIsAGreenletOfTheCallersLoop(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          AsyncResult<Loop> handled = new AsyncResult<>();
          try (SignalRegistration registration =
              onSignal(
                  "usr2",
                  () -> {
                    sleep(1);
                    handled.set(Greenlet.current().loop());
                  })) {
            // when
            Signals.raise("USR2");

            // then
            assertThat(handled.get()).isSameAs(Loop.current());
            assertThat(registration.signal()).isEqualTo("USR2");
          }
        });
  }

  @OnEveryEngine
  void allHandlersOfASignalAreCalledUntilTheyAreClosed(TestLoop loop) throws Exception {
    List<String> outer = new ArrayList<>();
    Runnable restore = Signals.handle("USR2", name -> add(outer, name));
    loop.run(
        () -> {
          // given
          List<String> called = new ArrayList<>();
          AsyncResult<Void> first = new AsyncResult<>();
          AsyncResult<Void> second = new AsyncResult<>();
          SignalRegistration one =
              onSignal(
                  "SIGUSR2",
                  () -> {
                    called.add("one");
                    first.set(null);
                  });
          SignalRegistration two =
              onSignal(
                  "USR2",
                  () -> {
                    called.add("two");
                    if (called.size() == 3) {
                      second.set(null);
                    }
                  });

          // when
          Signals.raise("USR2");
          first.get();
          while (called.size() < 2) {
            Loomlet.yield();
          }
          one.close();
          one.close();
          Signals.raise("USR2");
          second.get();

          // then
          assertThat(called).containsExactly("one", "two", "two");
          two.close();
          assertThat(called(outer)).isEmpty();
          Signals.raise("USR2");
          while (called(outer).isEmpty()) {
            sleep(1);
          }
          assertThat(called(outer)).containsExactly("USR2");
          assertThat(called).hasSize(3);
        });
    restore.run();
  }

  private static void add(List<String> list, String name) {
    synchronized (list) {
      list.add(name);
    }
  }

  private static List<String> called(List<String> list) {
    synchronized (list) {
      return List.copyOf(list);
    }
  }

  @Test
  void aSignalWhoseLoopHasEndedDoesWhatItDidBefore() throws Exception {
    // given
    List<String> before = new ArrayList<>();
    Runnable restore = Signals.handle("USR2", name -> add(before, name));
    TestLoop.standard().run(() -> onSignal("USR2", () -> {}));

    // when
    Signals.raise("USR2");

    // then
    while (called(before).isEmpty()) {
      Thread.sleep(1);
    }
    restore.run();
  }

  @ParameterizedTest
  @ValueSource(strings = {"NONSENSE", "", "KILL", "SEGV"})
  void anUnknownOrReservedSignalIsNamed(String name) throws Exception {
    TestLoop.standard()
        .run(
            () ->
                assertThatThrownBy(() -> onSignal(name, () -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("signal " + name + " cannot be handled"));
  }

  @Test
  void anErrorOfTheHandlerIsReported() throws Exception {
    TestLoop loop = TestLoop.standard();
    loop.run(
        () -> {
          try (SignalRegistration _ =
              onSignal(
                  "USR2",
                  () -> {
                    throw new IOException("handler");
                  })) {
            Signals.raise("USR2");
            while (loop.uncaught().isEmpty()) {
              sleep(1);
            }
          }
        });
    assertThat(loop.uncaught().getFirst()).hasMessage("handler");
  }

  /** Prints what it gets; ends by itself when told to. */
  static final class Program {
    public static void main(String[] args) throws Exception {
      Loomlet.run(
          () -> {
            AsyncResult<Void> end = new AsyncResult<>();
            onSignal("USR2", () -> System.out.println("usr2 in " + Greenlet.current().name()));
            onSignal("HUP", () -> System.out.println("hup"));
            SignalRegistration term =
                onSignal(
                    "TERM",
                    () -> {
                      System.out.println("asked to end");
                      end.set(null);
                    });
            System.out.println("ready");
            end.get();
            term.close();
            System.out.println("not handled any more");
            sleep(Duration.ofDays(1));
          });
    }
  }

  @Test
  void realSignalsOfTheSystemArrive() throws Exception {
    try (ChildJvm child = ChildJvm.start(Program.class)) {
      // given
      child.lineAfter("ready");

      // when / then
      RunnerTest.kill("USR2", child);
      assertThat(child.line()).isEqualTo("usr2 in SIGUSR2");
      RunnerTest.kill("HUP", child);
      assertThat(child.line()).isEqualTo("hup");
      RunnerTest.kill("TERM", child);
      assertThat(child.line()).isEqualTo("asked to end");
      assertThat(child.line()).isEqualTo("not handled any more");
      RunnerTest.kill("TERM", child);
      assertThat(child.exitCode()).isEqualTo(143);
      assertThat(child.rest()).isEmpty();
    }
  }
}
