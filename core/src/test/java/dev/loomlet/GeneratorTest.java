package dev.loomlet;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;
import dev.loomlet.testing.ChildJvm;
import dev.loomlet.testing.NativeFrame;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class GeneratorTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  private static Generator<Integer> upTo(int last) {
    return Generator.of(
        out -> {
          for (int i = 1; i <= last; i++) {
            out.yield(i);
          }
        });
  }

  private static <T> T onOtherThread(Callable<T> code) throws Exception {
    FutureTask<T> task = new FutureTask<>(code);
    Thread.ofPlatform().name("other").start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  // Values and end

  @Test
  void runsItsBodyOnlyUpToTheValueThatIsAskedFor() {
    // given
    Generator<Integer> generator =
        Generator.of(
            out -> {
              log.add("begins");
              out.yield(1);
              log.add("goes on");
              out.yield(2);
              log.add("ends");
            });
    assertThat(log).isEmpty();

    // when / then
    assertThat(generator.next()).isEqualTo(1);
    assertThat(log).containsExactly("begins");
    assertThat(generator.next()).isEqualTo(2);
    assertThat(log).containsExactly("begins", "goes on");
    assertThatThrownBy(generator::next).isInstanceOf(NoSuchElementException.class);
    assertThat(log).containsExactly("begins", "goes on", "ends");
    assertThat(generator.isDone()).isTrue();
  }

  @Test
  void hasEndedForGoodWhenItHasEnded() {
    // given
    Generator<Integer> generator = upTo(0);

    // when / then
    for (int i = 0; i < 3; i++) {
      assertThat(generator.hasNext()).isFalse();
      assertThatThrownBy(generator::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void canBeLoopedOverOnce() {
    // given
    Generator<Integer> generator = upTo(4);

    // when
    for (int each : generator) {
      log.add(each);
    }

    // then
    assertThat(log).containsExactly(1, 2, 3, 4);
    assertThat(generator.hasNext()).isFalse();
  }

  @Test
  void looksAheadOnceHoweverOftenItIsAskedWhetherThereIsMore() {
    // given
    Generator<@Nullable String> generator =
        Generator.of(
            out -> {
              log.add("runs");
              out.yield(null);
            });

    // when / then
    assertThat(generator.hasNext()).isTrue();
    assertThat(generator.hasNext()).isTrue();
    assertThat(generator.next()).isNull();
    assertThat(generator.hasNext()).isFalse();
    assertThat(log).containsExactly("runs");
  }

  @Test
  void yieldsFromDeepInsideItsCalls() {
    // given
    Generator<Integer> generator = Generator.of(out -> countDown(out, 200));

    // when / then
    assertThat(generator.stream().toList()).hasSize(200).startsWith(200, 199).endsWith(1);
  }

  private static void countDown(Yielder<Integer> out, int from) {
    if (from > 0) {
      out.yield(from);
      countDown(out, from - 1);
    }
  }

  @Test
  void isAStreamThatClosesIt() {
    // given
    Generator<Integer> endless =
        Generator.of(
            out -> {
              try {
                for (int i = 1; ; i++) {
                  out.yield(i);
                }
              } finally {
                log.add("closed");
              }
            });

    // when
    try (Stream<Integer> stream = endless.stream()) {
      assertThat(stream.filter(i -> i % 2 == 0).limit(3)).containsExactly(2, 4, 6);
    }

    // then
    assertThat(log).containsExactly("closed");
  }

  // Sending

  @Test
  void returnsFromYieldWhatIsSent() {
    // given
    TwoWayGenerator<String, Integer, String> generator =
        Generator.twoWay(
            out -> {
              log.add(out.yield("a"));
              log.add(String.valueOf(out.yield("b")));
              log.add(out.yield("c"));
              return "result";
            });

    // when / then
    assertThat(generator.send(null)).isEqualTo("a");
    assertThat(generator.send(1)).isEqualTo("b");
    assertThat(generator.next()).isEqualTo("c");
    assertThatThrownBy(() -> generator.send(3)).isInstanceOf(NoSuchElementException.class);
    assertThat(generator.result()).isEqualTo("result");
    assertThat(log).containsExactly(1, "null", 3);
  }

  @Test
  void refusesAFirstValueBecauseNoYieldWaitsForIt() {
    // given
    TwoWayGenerator<Integer, Integer, Integer> generator = Generator.twoWay(out -> out.yield(1));

    // when / then
    assertThatIllegalStateException()
        .isThrownBy(() -> generator.send(7))
        .withMessageContaining("has not started");
    assertThat(generator.next()).as("is still to start").isEqualTo(1);
    assertThatThrownBy(() -> generator.send(8)).isInstanceOf(NoSuchElementException.class);
    assertThat(generator.result()).isEqualTo(8);
  }

  @Test
  void refusesValuesAndErrorsForAYieldThatHasNextHasRunPast() {
    // given
    TwoWayGenerator<Integer, Integer, Integer> generator =
        Generator.twoWay(
            out -> {
              out.yield(1);
              return out.yield(2);
            });
    generator.next();
    assertThat(generator.hasNext()).isTrue();

    // when / then
    assertThatIllegalStateException()
        .isThrownBy(() -> generator.send(7))
        .withMessageContaining("call next first");
    assertThatIllegalStateException()
        .isThrownBy(() -> generator.throwIn(new IOException()))
        .withMessageContaining("call next first");
    assertThat(generator.send(null)).isEqualTo(2);
    assertThatThrownBy(() -> generator.send(7)).isInstanceOf(NoSuchElementException.class);
    assertThat(generator.result()).isEqualTo(7);
  }

  @Test
  void hasAResultOnlyWhenItHasEndedNormally() {
    // given
    TwoWayGenerator<Integer, Integer, @Nullable String> ended = Generator.twoWay(_ -> null);
    TwoWayGenerator<Integer, Integer, String> failed =
        Generator.twoWay(
            _ -> {
              throw new IOException("broken");
            });

    // when / then
    assertThatIllegalStateException()
        .isThrownBy(ended::result)
        .withMessageContaining("has not ended");
    assertThat(ended.hasNext()).isFalse();
    assertThat(ended.result()).isNull();
    assertThatThrownBy(failed::next).hasMessage("broken");
    assertThatIllegalStateException().isThrownBy(failed::result).withMessageContaining("failed");
  }

  // Errors

  @Test
  void endsWithTheErrorOfItsBodyAsItIs() {
    for (Throwable error :
        List.of(new IOException("checked"), new RuntimeException(), new StackOverflowError())) {
      // given
      Generator<Integer> generator =
          Generator.of(
              out -> {
                out.yield(1);
                throw Thrown.unchecked(error);
              });
      generator.next();

      // when / then
      assertThatThrownBy(generator::hasNext).isSameAs(error);
      assertThat(generator.isDone()).isTrue();
      assertThat(generator.hasNext()).isFalse();
    }
  }

  @Test
  void doesNotTakeAnExhaustedIteratorInItsBodyForItsEnd() {
    // given
    Generator<Integer> generator =
        Generator.of(
            out -> {
              Iterator<Integer> three = List.of(1, 2, 3).iterator();
              while (true) {
                out.yield(three.next());
              }
            });

    // when / then
    assertThatIllegalStateException()
        .isThrownBy(() -> generator.forEachRemaining(log::add))
        .withCauseInstanceOf(NoSuchElementException.class);
    assertThat(log).containsExactly(1, 2, 3);
  }

  @Test
  void throwsAnErrorAtTheYieldAndGoesOnIfItIsCaught() {
    // given
    IOException error = new IOException();
    Generator<Object> generator =
        Generator.of(
            out -> {
              try {
                out.yield(1);
              } catch (Exception e) {
                out.yield(e);
              }
            });
    generator.next();

    // when / then
    assertThat(generator.throwIn(error)).isSameAs(error);
    assertThat(generator.hasNext()).isFalse();
  }

  @Test
  void endsOfAnErrorThatIsThrownInAndNotCaught() {
    // given
    IOException error = new IOException();
    Generator<Integer> generator =
        Generator.of(
            out -> {
              try {
                out.yield(1);
              } finally {
                log.add("finally");
              }
            });
    generator.next();

    // when / then
    assertThatThrownBy(() -> generator.throwIn(error)).isSameAs(error);
    assertThat(log).containsExactly("finally");
    assertThat(generator.hasNext()).isFalse();
    assertThatThrownBy(() -> generator.throwIn(error)).as("when it has ended").isSameAs(error);
  }

  @Test
  void endsWithoutHavingRunWhenAnErrorIsThrownInBeforeItStarts() {
    // given
    IOException error = new IOException();
    Generator<Integer> generator = Generator.of(_ -> log.add("runs"));

    // when / then
    assertThatThrownBy(() -> generator.throwIn(error)).isSameAs(error);
    assertThat(generator.isDone()).isTrue();
    assertThat(generator.hasNext()).isFalse();
    assertThat(log).isEmpty();
  }

  @Test
  void saysThatItHasEndedIfItReturnsOnAnError() {
    // given
    Generator<Integer> generator =
        Generator.of(
            out -> {
              try {
                out.yield(1);
              } catch (IllegalArgumentException e) {
                log.add("caught");
              }
            });
    generator.next();

    // when / then
    assertThatThrownBy(() -> generator.throwIn(new IllegalArgumentException()))
        .isInstanceOf(NoSuchElementException.class);
    assertThat(log).containsExactly("caught");
  }

  // Closing

  @Test
  void runsFinallyBlocksWhenItIsClosed() {
    // given
    Generator<Integer> generator =
        Generator.of(
            out -> {
              try {
                out.yield(1);
                log.add("goes on");
              } catch (Exception e) {
                log.add("swallowed");
              } finally {
                log.add("finally");
              }
            });

    // when
    try (generator) {
      generator.next();
    }
    generator.close();

    // then
    assertThat(log).containsExactly("finally");
    assertThat(generator.isDone()).isTrue();
    assertThat(generator.hasNext()).isFalse();
  }

  @Test
  void neverStartsWhenItIsClosedBefore() {
    // given
    Generator<Integer> generator = Generator.of(_ -> log.add("runs"));

    // when
    generator.close();

    // then
    assertThat(generator.hasNext()).isFalse();
    assertThat(log).isEmpty();
  }

  @Test
  void forgetsTheValueThatItHasLookedAheadToWhenItIsClosed() {
    // given
    Generator<Integer> generator = upTo(3);
    assertThat(generator.hasNext()).isTrue();

    // when
    generator.close();

    // then
    assertThat(generator.hasNext()).isFalse();
    assertThatThrownBy(generator::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void mayReturnOrFailWhenItIsClosed() {
    // given
    Generator<Integer> returning =
        Generator.of(
            out -> {
              try {
                out.yield(1);
              } catch (GeneratorExit e) {
                log.add("returns");
              }
            });
    Generator<Integer> failing =
        Generator.of(
            out -> {
              try {
                out.yield(1);
              } finally {
                fail("in finally");
              }
            });
    returning.next();
    failing.next();

    // when / then
    returning.close();
    assertThat(log).containsExactly("returns");
    assertThatThrownBy(failing::close).isInstanceOf(IOException.class).hasMessage("in finally");
    assertThat(failing.isDone()).isTrue();
  }

  private static void fail(String message) throws IOException {
    throw new IOException(message);
  }

  @Test
  void mustNotYieldWhileItIsClosed() {
    // given
    Generator<Integer> generator =
        Generator.of(
            out -> {
              try {
                out.yield(1);
              } finally {
                out.yield(2);
                log.add("after");
              }
            });
    generator.next();

    // when / then
    assertThatIllegalStateException()
        .isThrownBy(generator::close)
        .withMessageContaining("has yielded instead of ending");
    generator.close();
    assertThat(generator.isDone()).isTrue();
    assertThat(log).as("was closed at the second yield").isEmpty();
  }

  // Delegation

  @Test
  void yieldsWhatOthersYieldAndGetsTheirResult() {
    // given
    TwoWayGenerator<Integer, Object, String> inner =
        Generator.twoWay(
            out -> {
              out.yield(2);
              out.from(List.of(3, 4));
              return "inner";
            });
    Generator<Integer> generator =
        Generator.of(
            out -> {
              out.yield(1);
              log.add(out.from(inner));
              out.from(upTo(2));
              out.from(List.of(9).iterator());
              log.add(out.from(inner));
            });

    // when / then
    assertThat(generator.stream().toList()).containsExactly(1, 2, 3, 4, 1, 2, 9);
    assertThat(log).as("one that has ended yields nothing more").containsExactly("inner", "inner");
  }

  @Test
  void passesValuesErrorsAndTheEndOnToTheOneThatItDelegatesTo() {
    // given
    IOException error = new IOException();
    TwoWayGenerator<Object, Integer, Integer> inner =
        Generator.twoWay(
            out -> {
              try {
                Integer sent = out.yield("first");
                out.yield("got " + sent);
                throw new AssertionError();
              } catch (Exception e) {
                out.yield(e);
              } finally {
                log.add("inner ends");
              }
              return 5;
            });
    TwoWayGenerator<Object, Integer, Integer> outer =
        Generator.twoWay(
            out -> {
              try {
                return out.from(inner);
              } finally {
                log.add("outer ends");
              }
            });

    // when / then
    assertThat(outer.next()).isEqualTo("first");
    assertThat(outer.send(3)).isEqualTo("got 3");
    assertThat(outer.throwIn(error)).isSameAs(error);
    outer.close();
    assertThat(log).containsExactly("inner ends", "outer ends");
    assertThat(inner.isDone()).isTrue();
  }

  @Test
  void getsTheErrorOfTheOneThatItDelegatesTo() {
    // given
    Generator<Object> inner = Generator.of(_ -> fail("inner"));
    Generator<Object> outer =
        Generator.of(
            out -> {
              try {
                out.from(inner);
              } catch (Exception e) {
                out.yield(e.getMessage());
              }
            });

    // when / then
    assertThat(outer.stream().toList()).containsExactly("inner");
  }

  @Test
  void closesAnIteratorThatCanBeClosed() {
    // given
    class Resource implements Iterator<Integer>, AutoCloseable {
      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public Integer next() {
        return 1;
      }

      @Override
      public void close() {
        log.add("closed");
      }
    }
    Generator<Integer> generator = Generator.of(out -> out.from(new Resource()));
    generator.next();

    // when
    generator.close();

    // then
    assertThat(log).containsExactly("closed");
  }

  @Test
  void cannotPassAValueOnToSomethingThatTakesNone() {
    List<TwoWayGenerator.Body<Integer, String, @Nullable Void>> bodies =
        List.of(
            out -> {
              out.from(List.of(1, 2));
              return null;
            },
            out -> {
              out.from(upTo(2));
              return null;
            });
    for (TwoWayGenerator.Body<Integer, String, @Nullable Void> body : bodies) {
      // given
      TwoWayGenerator<Integer, String, @Nullable Void> generator = Generator.twoWay(body);
      generator.next();

      // when / then
      assertThatIllegalStateException()
          .isThrownBy(() -> generator.send("x"))
          .withMessageContaining("takes none");
    }
  }

  @Test
  void walksATreeByDelegatingToItself() {
    // when / then
    assertThat(inOrder(1, 1000).stream().toList()).hasSize(1000).isSorted();
  }

  private static Generator<Integer> inOrder(int from, int to) {
    return Generator.of(
        out -> {
          if (from <= to) {
            int middle = (from + to) / 2;
            out.from(inOrder(from, middle - 1));
            out.yield(middle);
            out.from(inOrder(middle + 1, to));
          }
        });
  }

  // Where it may be called

  @Test
  void cannotBeSteppedByItsOwnBody() {
    // given
    AtomicReference<Generator<Integer>> self = new AtomicReference<>();
    List<Runnable> steps =
        List.of(
            () -> self.get().next(),
            () -> log.add(self.get().hasNext()),
            () -> self.get().close(),
            () -> self.get().throwIn(new IOException()));
    Generator<Integer> generator =
        Generator.of(
            out -> {
              for (Runnable each : steps) {
                assertThatIllegalStateException()
                    .isThrownBy(each::run)
                    .withMessageContaining("already executing");
              }
              assertThatIllegalStateException()
                  .isThrownBy(() -> out.from(self.get()))
                  .withMessageContaining("already executing");
              out.yield(1);
            });
    self.set(generator);

    // when / then
    assertThat(generator.stream().toList()).as("it is none the worse for it").containsExactly(1);
  }

  @Test
  void belongsToTheThreadOfItsFirstStep() throws Exception {
    // given
    Generator<Integer> generator = upTo(2);
    assertThat(onOtherThread(() -> upTo(2).next())).as("an own one").isEqualTo(1);
    generator.next();

    // when / then
    for (Callable<?> step :
        List.<Callable<?>>of(
            generator::next,
            generator::hasNext,
            () -> {
              generator.close();
              return "";
            })) {
      assertThatIllegalStateException()
          .isThrownBy(() -> onOtherThread(step::call))
          .withMessageContaining("belongs to the thread that made its first step");
    }
    assertThat(generator.next()).isEqualTo(2);
    assertThat(generator.hasNext()).isFalse();
    generator.close();
    assertThat(onOtherThread(generator::hasNext)).as("has ended for all").isFalse();
  }

  @Test
  void isStartedByOneOfManyThreadsThatTry() throws Exception {
    for (int round = 0; round < 200; round++) {
      // given
      AtomicInteger runs = new AtomicInteger();
      AtomicInteger refused = new AtomicInteger();
      Generator<Integer> generator =
          Generator.of(
              out -> {
                while (true) {
                  out.yield(runs.incrementAndGet());
                }
              });
      CyclicBarrier start = new CyclicBarrier(3);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        start.await();
                        generator.next();
                        generator.next();
                      } catch (IllegalStateException e) {
                        refused.incrementAndGet();
                      } catch (Exception e) {
                        log.add(e);
                      }
                    }));
      }

      // when
      for (Thread each : threads) {
        each.join();
      }

      // then
      assertThat(log).isEmpty();
      assertThat(refused).hasValue(2);
      assertThat(runs).hasValue(2);
    }
  }

  @Test
  void yieldsOnlyInItsOwnBody() throws Exception {
    // given
    AtomicReference<Yielder<Integer>> leaked = new AtomicReference<>();
    Generator<Integer> generator =
        Generator.of(
            out -> {
              leaked.set(out);
              Generator<Integer> inner = Generator.of(_ -> out.yield(-1));
              assertThatIllegalStateException()
                  .isThrownBy(inner::next)
                  .withMessageContaining("outside of its generator's body");
              Coroutine coroutine = Coroutine.of(() -> out.yield(-2));
              assertThatIllegalStateException().isThrownBy(coroutine::switchTo);
              assertThatIllegalStateException()
                  .isThrownBy(
                      () ->
                          onOtherThread(
                              () -> {
                                out.yield(-3);
                                return "";
                              }));
              out.yield(1);
            });

    // when / then
    assertThat(generator.next()).isEqualTo(1);
    assertThatIllegalStateException().isThrownBy(() -> leaked.get().yield(-4));
    assertThat(generator.hasNext()).isFalse();
    assertThatIllegalStateException().isThrownBy(() -> leaked.get().yield(-5));
  }

  @Test
  void saysWhatToDoWhenItCannotYieldUnderANativeFrame() {
    // given
    Generator<Integer> generator =
        Generator.of(
            out -> {
              out.yield(1);
              assertThatIllegalStateException()
                  .isThrownBy(() -> NativeFrame.under(() -> out.yield(-1)))
                  .withMessageContaining("cannot yield here")
                  .withMessageContaining("call from outside of it");
              out.yield(2);
              NativeFrame.under(() -> log.addAll(upTo(3).stream().toList()));
              out.yield(3);
            });

    // when / then
    assertThat(generator.stream().toList()).containsExactly(1, 2, 3);
    assertThat(log).as("a whole generator above the native frame").containsExactly(1, 2, 3);
  }

  @Test
  void leavesMonitorsWithTheThread() throws Exception {
    // given
    Object outside = new Object();
    Object inside = new Object();
    Generator<Boolean> generator =
        Generator.of(
            out -> {
              synchronized (inside) {
                out.yield(Thread.holdsLock(inside) && Thread.holdsLock(outside));
                out.yield(Thread.holdsLock(inside) && Thread.holdsLock(outside));
              }
              out.yield(Thread.holdsLock(inside));
            });

    // when / then
    synchronized (outside) {
      assertThat(generator.next()).isTrue();
      assertThat(Thread.holdsLock(outside)).as("the caller's").isTrue();
      assertThat(Thread.holdsLock(inside)).as("the body's, which waits in it").isTrue();
      synchronized (inside) {
        inside.notifyAll();
      }
    }
    assertThat(Thread.holdsLock(outside)).isFalse();
    assertThat(generator.next()).as("the body holds its own, and not the caller's").isFalse();
    assertThat(Thread.holdsLock(inside)).isTrue();
    assertThat(generator.next()).isFalse();
    assertThat(
            onOtherThread(
                () -> {
                  synchronized (outside) {
                    synchronized (inside) {
                      return Thread.holdsLock(inside);
                    }
                  }
                }))
        .as("all are free again")
        .isTrue();
  }

  @Test
  void leavesScopedValuesWithTheStackThatBoundThem() {
    // given
    ScopedValue<String> value = ScopedValue.newInstance();
    Supplier<String> seen = () -> value.orElse("none");
    Generator<String> generator =
        Generator.of(
            out -> {
              out.yield(seen.get());
              ScopedValue.where(value, "inner").run(() -> out.yield(seen.get()));
              out.yield(seen.get());
            });

    // when / then
    ScopedValue.where(value, "first").run(() -> log.add(generator.next()));
    assertThat(generator.next()).isEqualTo("inner");
    assertThat(seen.get()).isEqualTo("none");
    ScopedValue.where(value, "third")
        .run(
            () -> {
              assertThat(seen.get()).isEqualTo("third");
              log.add(generator.next());
              assertThat(seen.get()).isEqualTo("third");
            });
    assertThat(log).containsExactly("first", "first");
  }

  // Loops and threads

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

  // Memory

  @Test
  void isCollectedTogetherWithWhatItsBodyHoldsWhenItIsAbandoned() {
    // given
    List<WeakReference<?>> references = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      byte[] held = new byte[1000];
      Generator<Integer> generator =
          Generator.of(
              out -> {
                out.yield(1);
                log.add(held);
              });
      generator.next();
      references.add(new WeakReference<>(generator));
      references.add(new WeakReference<>(held));
    }

    // when / then
    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(references).allMatch(reference -> reference.refersTo(null));
            });
  }

  @Test
  void leaksNothingWhenAMillionAreAbandoned() {
    // given
    abandon(1000);
    long before = usedMemory();

    // when
    abandon(1_000_000);

    // then
    assertThat(usedMemory() - before).isLessThan(20_000_000);
  }

  private static void abandon(int count) {
    for (int i = 0; i < count; i++) {
      upTo(2).next();
    }
  }

  private static long usedMemory() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  // Unfit JVMs

  @Test
  void saysWhatAJvmWithoutTheFlagNeeds() throws Exception {
    // when
    try (ChildJvm child = ChildJvm.start(List.of(), List.of(), WithoutFlags.class)) {
      // then
      assertThat(child.lineAfter("said: ")).contains("--add-opens java.base/java.lang=");
    }
  }

  /** Steps a generator. */
  static final class WithoutFlags {
    public static void main(String[] unused) {
      try {
        upTo(1).next();
      } catch (IllegalStateException e) {
        System.out.println("said: " + e.getMessage());
      }
    }
  }

  @Test
  void describesItself() {
    // given
    Generator<Integer> generator = upTo(1);

    // when / then
    assertThat(generator.toString()).isEqualTo("Generator[new]");
    generator.next();
    assertThat(generator.toString()).isEqualTo("Generator[waiting]");
    generator.close();
    assertThat(generator.toString()).isEqualTo("Generator[ended]");
    assertThatCode(generator::close).doesNotThrowAnyException();
  }
}
