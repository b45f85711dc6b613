package dev.loomlet;

import static dev.loomlet.Loomlet.runInExecutor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.loomlet.engine.Chunk;
import dev.loomlet.engine.Engine;
import dev.loomlet.engine.ListenOptions;
import dev.loomlet.engine.ListenSocket;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;

/** What belongs to a loop says so when it is used elsewhere, and is not harmed by it. */
@org.junit.jupiter.api.Timeout(60)
final class WrongThreadTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  /** Tries it on a plain thread, and in a greenlet of another loop, while the caller's goes on. */
  private static void isRefusedElsewhere(Action code, String... advice) throws Exception {
    try (LoopGroup others = LoopGroup.start(1, TestLoop.standard().options())) {
      List<Future<?>> attempts =
          List.of(runInExecutor(Loop.callable(code)), others.loops().getFirst().spawn(code));
      for (Future<?> each : attempts) {
        assertThat(catchThrowable(each::get))
            .cause()
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContainingAll(advice);
      }
    }
  }

  @OnEveryEngine
  void aTaskGroupSpawnsOnItsOwnLoop(TestLoop loop) throws Exception {
    loop.run(
        () ->
            TaskGroup.run(
                group -> {
                  // when / then
                  String own = Loop.current().toString();
                  isRefusedElsewhere(
                      () -> group.spawn(() -> {}), own, "use Loop.call to get there");
                  isRefusedElsewhere(() -> group.spawn("named", () -> 1), own, "use Loop.call");
                  assertThat(group.size()).isZero();
                  assertThat(group.spawn(() -> "here").get()).isEqualTo("here");
                }));
  }

  @OnEveryEngine
  void anEnteredScopeIsChangedOnItsOwnLoop(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope scope = new CancelScope().withDeadline(FOR_EVER);
          String[] advice = {
            Loop.current().toString(), "use Loop.call to get there", "cancel alone"
          };
          scope.run(
              () -> {
                // when / then
                isRefusedElsewhere(() -> scope.withDeadline(Duration.ZERO), advice);
                isRefusedElsewhere(scope::clearDeadline, advice);
                isRefusedElsewhere(() -> scope.withShield(true), advice);
                assertThat(scope.hasDeadline()).isTrue();
                assertThat(scope.isShielded()).isFalse();
                assertThat(scope.isCancelled()).isFalse();
              });
        });
  }

  @OnEveryEngine
  void aScopeThatNobodyHasEnteredIsChangedAnywhere(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          CancelScope scope = new CancelScope();

          // when
          runInExecutor(() -> scope.withDeadline(Duration.ZERO).withShield(true)).get();

          // then
          assertThat(scope.isShielded()).isTrue();
          assertThat(scope.run(() -> Loomlet.sleep(FOR_EVER))).isFalse();
        });
  }

  @OnEveryEngine
  void aTimeoutIsClosedOnItsOwnLoop(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Timeout timeout = Timeout.start(FOR_EVER);

          // when
          isRefusedElsewhere(
              timeout::close, Loop.current().toString(), "best by the greenlet it belongs to");

          // then
          assertThat(timeout.isPending()).isTrue();
          timeout.close();
          assertThat(timeout.isPending()).isFalse();
        });
  }

  @OnEveryEngine
  void aSocketOfAnEngineIsUsedOnItsOwnLoop(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Engine engine = Loop.current().engine();
          ListenSocket listener =
              engine.listen(new InetSocketAddress("127.0.0.1", 0), ListenOptions.DEFAULT);
          StreamSocket here = engine.connect(listener.localAddress(), 0);
          StreamSocket there = engine.attach(listener.accept(0));
          there.write(MemorySegment.ofArray(new byte[] {42}), 0, 1, 0);
          MemorySegment bytes = MemorySegment.ofArray(new byte[1]);
          String[] advice = {
            "greenlets of their own " + Loop.current(),
            "use Loop.call to get there",
            "or the sockets of dev.loomlet.net"
          };

          // when / then
          isRefusedElsewhere(() -> listener.accept(0), advice);
          isRefusedElsewhere(() -> engine.connect(listener.localAddress(), 0), advice);
          isRefusedElsewhere(() -> here.read(bytes, 0, 1, 0), advice);
          isRefusedElsewhere(() -> here.receive(0), advice);
          isRefusedElsewhere(() -> here.write(bytes, 0, 1, 0), advice);

          // then: no byte is lost
          Chunk received = here.receive(0);
          assertThat(received).isNotNull();
          assertThat(received.buffer().get(0)).isEqualTo((byte) 42);
          received.close();
          here.close();
          there.close();
          listener.close();
        });
  }
}
