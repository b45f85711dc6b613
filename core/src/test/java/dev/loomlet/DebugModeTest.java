package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.testing.ChildJvm;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class DebugModeTest {

  @OnEveryEngine
  void anErrorThatNobodyAskedForIsReportedWhenItsResultIsCollected(TestLoop loop) throws Exception {
    // given
    IOException error = new IOException("lost");
    Loomlet.run(
        loop.options().withDebug(true),
        () -> {
          // when
          failAndForget("named", error);
          while (loop.uncaught().isEmpty()) {
            System.gc();
            sleep(1);
          }
        });
    // then
    assertThat(loop.uncaught()).hasSize(1);
    assertThat(loop.uncaught().getFirst())
        .hasMessage("nobody asked for the error of result named")
        .hasCause(error);
  }

  private static void failAndForget(String name, Throwable error) {
    new AsyncResult<>(name).setException(error);
  }

  @OnEveryEngine
  void anErrorThatSomebodyTookIsNot(TestLoop loop) throws Exception {
    Loomlet.run(
        loop.options().withDebug(true),
        () -> {
          // given
          takeInEveryWay();

          // when: the last one is reported, so the collector has been there
          failAndForget("last", new IOException());
          while (loop.uncaught().isEmpty()) {
            System.gc();
            sleep(1);
          }
        });
    // then
    assertThat(loop.uncaught()).hasSize(1);
    assertThat(loop.uncaught().getFirst()).hasMessageContaining("last");
  }

  private static void takeInEveryWay() {
    AsyncResult<Object> got = failed();
    assertThatThrownBy(got::get).isInstanceOf(ExecutionException.class);
    assertThat(failed().exception()).isNotNull();
    assertThat(failed().toCompletableFuture()).isCompletedExceptionally();
    AsyncResult<Object> linked = new AsyncResult<>();
    linked.linkException(Awaitable::exception);
    linked.setException(new IOException());
    assertThatThrownBy(() -> Loomlet.gather(List.of(failed())))
        .isInstanceOf(ExecutionException.class);
    Loomlet.yield();
  }

  private static AsyncResult<Object> failed() {
    AsyncResult<Object> result = new AsyncResult<>("taken");
    result.setException(new IOException());
    return result;
  }

  @OnEveryEngine
  void anUncaughtErrorSaysWhereItsGreenletWasSpawned(TestLoop loop) throws Exception {
    // when
    Loomlet.run(loop.options().withDebug(true), () -> spawnFromHere().join());
    // then
    Throwable[] suppressed = loop.uncaught().getFirst().getSuppressed();
    assertThat(suppressed).hasSize(1);
    assertThat(suppressed[0].toString()).isEqualTo("spawned at, by main");
    assertThat(suppressed[0].getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("spawnFromHere"));
  }

  private static Greenlet<?> spawnFromHere() {
    return spawn(
        () -> {
          throw new IOException("traced");
        });
  }

  @OnEveryEngine
  void withoutItNothingIsAdded(TestLoop loop) throws Exception {
    loop.run(() -> spawnFromHere().join());
    assertThat(loop.uncaught().getFirst().getSuppressed()).isEmpty();
    assertThat(loop.options().debug()).isFalse();
    assertThat(DebugMode.isOn()).isFalse();
  }

  /** Says whether it runs in debug mode. */
  static final class Program {
    public static void main(String[] args) throws Exception {
      System.out.println(LoopOptions.defaults().debug());
    }
  }

  @Test
  void isTurnedOnByPropertyOrEnvironment() throws Exception {
    String flags = "@" + ChildJvm.home().resolve("build/jvm.args");
    try (ChildJvm property =
            ChildJvm.start(List.of(), List.of(flags, "-Dloomlet.debug"), Program.class);
        ChildJvm environment =
            ChildJvm.start(List.of("env", "LOOMLET_DEBUG=1"), List.of(flags), Program.class);
        ChildJvm neither =
            ChildJvm.start(
                List.of("env", "LOOMLET_DEBUG=1"),
                List.of(flags, "-Dloomlet.debug=false"),
                Program.class)) {
      assertThat(property.line()).isEqualTo("true");
      assertThat(environment.line()).isEqualTo("true");
      assertThat(neither.line()).isEqualTo("false");
    }
  }
}
