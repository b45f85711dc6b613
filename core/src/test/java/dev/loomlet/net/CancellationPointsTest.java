package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Action;
import dev.loomlet.AsyncResult;
import dev.loomlet.CancelScope;
import dev.loomlet.Cancelled;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.TaskGroup;
import dev.loomlet.Until;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Timeout;

/** Each way to cancel, at each place where a greenlet can wait. */
@Timeout(60)
final class CancellationPointsTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  /** How a cancelled wait of Loomlet's own ends, and one of the JDK's. */
  private enum Kind {
    OURS,
    JDK
  }

  /** What there is to wait for. */
  private record Place(TcpListener listener, TcpStream near, Greenlet<?> never) {}

  private interface Wait {
    void in(Place place) throws Exception;
  }

  private record Point(String name, Kind kind, Wait code) {}

  private static final List<Point> POINTS =
      List.of(
          new Point("sleep", Kind.OURS, _ -> sleep(FOR_EVER)),
          new Point("yield", Kind.OURS, _ -> yieldForEver()),
          new Point("join", Kind.OURS, place -> place.never.join()),
          new Point("timed join", Kind.OURS, place -> place.never.join(FOR_EVER)),
          new Point("get", Kind.OURS, place -> place.never.get()),
          new Point("result", Kind.OURS, _ -> new AsyncResult<>().get(FOR_EVER)),
          new Point(
              "await",
              Kind.OURS,
              place -> Loomlet.await(List.of(place.never), Until.ALL_COMPLETED)),
          new Point("gather", Kind.OURS, place -> Loomlet.joinAll(List.of(place.never))),
          new Point("joinOthers", Kind.OURS, _ -> Loomlet.joinOthers()),
          new Point("kill", Kind.OURS, _ -> killStubborn()),
          new Point(
              "asCompleted",
              Kind.OURS,
              place -> Loomlet.asCompleted(List.of(place.never)).iterator().next()),
          new Point(
              "task group",
              Kind.OURS,
              _ -> TaskGroup.run(group -> group.spawn(() -> sleep(FOR_EVER)))),
          new Point(
              "handshake",
              Kind.OURS,
              _ -> TaskGroup.run(group -> group.start(_ -> sleep(FOR_EVER)))),
          new Point("shield", Kind.OURS, place -> Loomlet.shield(place.never::get)),
          new Point("accept", Kind.OURS, place -> place.listener.accept()),
          new Point("read", Kind.OURS, place -> place.near.read(new byte[10])),
          new Point("write", Kind.OURS, place -> writeForEver(place.near)),
          new Point("Thread.sleep", Kind.JDK, _ -> Thread.sleep(FOR_EVER)),
          new Point("BlockingQueue", Kind.JDK, _ -> new LinkedBlockingQueue<>().take()),
          new Point("CountDownLatch", Kind.JDK, _ -> new CountDownLatch(1).await()),
          new Point("Object.wait", Kind.JDK, _ -> waitOnMonitor()),
          new Point("Condition", Kind.JDK, _ -> waitOnCondition()));

  private static void yieldForEver() {
    while (true) {
      Loomlet.yield();
    }
  }

  private static void killStubborn() {
    Greenlet<?> stubborn =
        spawn(
            () -> {
              try {
                sleep(FOR_EVER);
              } finally {
                sleep(FOR_EVER);
              }
            });
    try {
      Loomlet.yield();
      stubborn.kill();
    } finally {
      // Its clean-up, too.
      stubborn.cancel(true);
    }
  }

  private static void writeForEver(TcpStream stream) throws Exception {
    byte[] block = new byte[100_000];
    while (true) {
      stream.write(block);
    }
  }

  private static void waitOnMonitor() throws InterruptedException {
    Object monitor = new Object();
    synchronized (monitor) {
      while (true) {
        monitor.wait();
      }
    }
  }

  private static void waitOnCondition() throws InterruptedException {
    ReentrantLock lock = new ReentrantLock();
    lock.lock();
    try {
      lock.newCondition().await();
    } finally {
      lock.unlock();
    }
  }

  private interface Way {
    /** Runs a wait, which somebody cancels, and returns the greenlet when it has ended. */
    Greenlet<?> cancel(Action wait) throws Exception;
  }

  private static void atEachPoint(TestLoop loop, Way way, Class<?> ours, Class<?> jdk)
      throws Exception {
    for (Point point : POINTS) {
      loop.run(
          () -> {
            try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
                TcpStream near = TcpStream.connect("127.0.0.1", listener.port());
                TcpStream far = listener.accept()) {
              // given
              Greenlet<?> never = spawn(() -> sleep(FOR_EVER));
              Place place = new Place(listener, near, never);

              // when
              Greenlet<?> victim = way.cancel(() -> point.code().in(place));

              // then
              victim.join();
              assertThat(victim.exception())
                  .as(point.name())
                  .isInstanceOf(point.kind() == Kind.OURS ? ours : jdk);

              // then: what it waited for still works
              if (!point.name().equals("write")) {
                far.write(Pair.text("still here"));
                assertThat(near.read(new byte[100])).as(point.name()).isEqualTo(10);
              }
            }
          });
    }
    assertThat(loop.uncaught()).isEmpty();
  }

  /** Spawns a greenlet whose error nobody reports. */
  private static Greenlet<?> started(Action body) {
    Greenlet<?> greenlet = spawn(body);
    greenlet.linkException(_ -> {});
    sleep(1);
    return greenlet;
  }

  @OnEveryEngine
  void kill(TestLoop loop) throws Exception {
    atEachPoint(
        loop,
        wait -> {
          Greenlet<?> victim = started(wait);
          victim.kill();
          assertThat(victim.isCancelled()).isTrue();
          return victim;
        },
        Cancelled.class,
        Cancelled.class);
  }

  @OnEveryEngine
  void killWithAnErrorOfChoice(TestLoop loop) throws Exception {
    atEachPoint(
        loop,
        wait -> {
          Greenlet<?> victim = started(wait);
          victim.kill(new ArithmeticException("choice"));
          return victim;
        },
        Throwable.class,
        ArithmeticException.class);
  }

  @OnEveryEngine
  void killBeforeItWaits(TestLoop loop) throws Exception {
    atEachPoint(
        loop,
        wait ->
            started(
                () -> {
                  Greenlet.current().kill(Duration.ZERO);
                  wait.run();
                }),
        Cancelled.class,
        Cancelled.class);
  }

  @OnEveryEngine
  void interrupt(TestLoop loop) throws Exception {
    atEachPoint(
        loop,
        wait -> {
          Greenlet<?> victim = started(wait);
          victim.thread().interrupt();
          return victim;
        },
        Throwable.class,
        InterruptedException.class);
  }

  @OnEveryEngine
  void timeout(TestLoop loop) throws Exception {
    atEachPoint(
        loop,
        wait ->
            started(
                () -> {
                  try (dev.loomlet.Timeout _ = dev.loomlet.Timeout.start(Duration.ofMillis(2))) {
                    wait.run();
                  }
                }),
        dev.loomlet.Timeout.class,
        dev.loomlet.Timeout.class);
  }

  @OnEveryEngine
  void scope(TestLoop loop) throws Exception {
    class CutShort extends RuntimeException {}
    atEachPoint(
        loop,
        wait ->
            started(
                () -> {
                  CancelScope scope = new CancelScope().withDeadline(Duration.ofMillis(2));
                  if (!scope.run(wait)) {
                    throw new CutShort();
                  }
                }),
        CutShort.class,
        CutShort.class);
  }

  @OnEveryEngine
  void scopeCancelledBeforeItWaits(TestLoop loop) throws Exception {
    class CutShort extends RuntimeException {}
    atEachPoint(
        loop,
        wait ->
            started(
                () -> {
                  CancelScope scope = new CancelScope();
                  scope.cancel();
                  if (!scope.run(wait)) {
                    throw new CutShort();
                  }
                }),
        CutShort.class,
        CutShort.class);
  }

  @OnEveryEngine
  void callOfAnotherLoop(TestLoop loop) throws Exception {
    try (LoopGroup others = LoopGroup.start(1, loop.options())) {
      loop.run(
          () -> {
            // given
            AsyncResult<Greenlet<?>> inside = new AsyncResult<>();
            Greenlet<?> caller =
                started(
                    () ->
                        others
                            .next()
                            .call(
                                () -> {
                                  inside.set(Greenlet.current());
                                  sleep(FOR_EVER);
                                  return "";
                                }));
            inside.get();

            // when
            caller.kill();

            // then: the code over there ends as well
            inside.get().join();
            assertThat(inside.get().isCancelled()).isTrue();
          });
    }
  }
}
