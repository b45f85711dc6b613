package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Generators in greenlets, and on threads with a loop and without. */
@Timeout(60)
@Tag("alone")
final class GeneratorOnLoopsTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  private static <T> T onOtherThread(Callable<T> code) throws Exception {
    FutureTask<T> task = new FutureTask<>(code);
    Thread.ofPlatform().name("other").start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  @OnEveryEngine
  void letsOtherGreenletsGoOnWhileItsBodyWaits(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Generator<Integer> slow =
              Generator.of(
                  out -> {
                    for (int i = 1; i <= 3; i++) {
                      sleep(40);
                      out.yield(i);
                    }
                  });
          AtomicInteger ticks = new AtomicInteger();
          Greenlet<?> other =
              spawn(
                  () -> {
                    while (true) {
                      sleep(5);
                      ticks.incrementAndGet();
                    }
                  });

          // when
          List<Integer> values = slow.stream().toList();

          // then
          assertThat(values).containsExactly(1, 2, 3);
          assertThat(ticks.get()).isGreaterThan(5);
          other.cancel(true);
        });
  }

  @OnEveryEngine
  void letsGreenletsInterleaveEachWithAGeneratorOfItsOwn(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<Greenlet<Integer>> sums = new ArrayList<>();
          for (int i = 0; i < 50; i++) {
            Generator<Integer> own =
                Generator.of(
                    out -> {
                      for (int n = 1; n <= 20; n++) {
                        Loomlet.yield();
                        out.yield(n);
                      }
                    });
            sums.add(
                spawn(
                    () -> {
                      int sum = 0;
                      for (int each : own) {
                        sum += each;
                        Loomlet.yield();
                      }
                      return sum;
                    }));
          }

          // when / then
          for (Greenlet<Integer> each : sums) {
            assertThat(each.get()).isEqualTo(210);
          }
        });
  }

  @OnEveryEngine
  void throwsCancelledThroughItsBodyOutOfTheStep(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Generator<Integer> endless =
              Generator.of(
                  out -> {
                    try {
                      sleep(FOR_EVER);
                    } finally {
                      log.add("finally");
                    }
                    out.yield(1);
                  });
          Greenlet<Integer> waiting =
              spawn(
                  () -> {
                    try {
                      return endless.next();
                    } catch (Cancelled e) {
                      log.add("cancelled");
                      throw e;
                    }
                  });
          Loomlet.yield();

          // when
          waiting.cancel(true);
          waiting.join();

          // then
          assertThat(waiting.isCancelled()).isTrue();
          assertThat(log).containsExactly("finally", "cancelled");
          assertThat(endless.isDone()).isTrue();
        });
  }

  @OnEveryEngine
  void isCutShortByAScopeAroundTheStep(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Generator<Integer> slow =
              Generator.of(
                  out -> {
                    out.yield(1);
                    sleep(FOR_EVER);
                  });
          slow.next();
          CancelScope scope = new CancelScope().withDeadline(Duration.ofMillis(5));

          // when / then
          assertThat(scope.run(() -> slow.next())).isFalse();
          assertThat(slow.isDone()).isTrue();
        });
  }

  @OnEveryEngine
  void doesNotYieldOutOfAScopeThatItsBodyHasEntered(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          Generator<Integer> generator =
              Generator.of(
                  out -> {
                    out.yield(1);
                    new CancelScope()
                        .run(
                            () ->
                                assertThatIllegalStateException()
                                    .isThrownBy(() -> out.yield(-1))
                                    .withMessageContaining("inside of a cancel scope"));
                    out.yield(2);
                  });

          // when / then
          new CancelScope().run(() -> log.add(generator.next()));
          new CancelScope().run(() -> log.add(generator.next()));
          assertThat(log).containsExactly(1, 2);
          assertThat(generator.hasNext()).isFalse();
        });
  }

  @OnEveryEngine
  void readsFromASocketInItsBody(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          try (TcpListener listener = TcpListener.bind("127.0.0.1", 0)) {
            Greenlet<?> peer =
                spawn(
                    () -> {
                      try (TcpStream stream = listener.accept()) {
                        for (int i = 0; i < 3; i++) {
                          stream.write(new byte[] {(byte) ('a' + i)});
                          sleep(5);
                        }
                      }
                    });
            Generator<Character> letters =
                Generator.of(
                    out -> {
                      try (TcpStream stream = TcpStream.connect("127.0.0.1", listener.port())) {
                        for (int c; (c = stream.inputStream().read()) >= 0; ) {
                          out.yield((char) c);
                        }
                      }
                    });

            // when / then
            assertThat(letters.stream().toList()).containsExactly('a', 'b', 'c');
            peer.get();
          }
        });
  }

  @Test
  void waitsOnAPlatformThreadByRunningItsLoop() throws Exception {
    assertThat(
            onOtherThread(
                () -> {
                  // given
                  AtomicBoolean ran = new AtomicBoolean();
                  Generator<Integer> slow =
                      Generator.of(
                          out -> {
                            sleep(10);
                            out.yield(1);
                            sleep(10);
                            out.yield(2);
                          });
                  spawn(() -> ran.set(true));

                  // when / then
                  assertThat(slow.stream().toList()).containsExactly(1, 2);
                  Loop.current().close(Duration.ZERO);
                  return ran.get();
                }))
        .isTrue();
  }

  @Test
  void isApartFromTheGreenletsThatItsThreadRunsMeanwhile() throws Exception {
    onOtherThread(
        () -> {
          // given: a body that runs its thread's loop, on the same stack
          Generator<Object> generator =
              Generator.of(
                  out -> {
                    Greenlet<?> intruder = spawn(() -> out.yield("intruder"));
                    try {
                      intruder.get();
                    } catch (ExecutionException e) {
                      out.yield(e.getCause());
                    }
                    spawn(() -> Coroutine.of(() -> sleep(FOR_EVER)).switchTo());
                    sleep(5);
                    out.yield("in the middle of a coroutine of a greenlet");
                  });

          // when / then
          assertThat(generator.next())
              .isInstanceOf(IllegalStateException.class)
              .asString()
              .contains("outside of its generator's body");
          assertThat(generator.next()).isEqualTo("in the middle of a coroutine of a greenlet");
          Loop.current().close(Duration.ofSeconds(5));
          return "";
        });
  }

  @Test
  void worksOnAVirtualThreadOfTheJdk() throws Exception {
    // given
    Generator<Integer> slow =
        Generator.of(
            out -> {
              for (int i = 1; i <= 3; i++) {
                Thread.sleep(5);
                out.yield(i);
              }
            });

    // when
    Thread.ofVirtual().start(() -> log.addAll(slow.stream().toList())).join();

    // then
    assertThat(log).containsExactly(1, 2, 3);
  }
}
