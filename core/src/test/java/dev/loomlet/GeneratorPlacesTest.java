package dev.loomlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.loomlet.testing.ChildJvm;
import dev.loomlet.testing.NativeFrame;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where a generator may be stepped, and from where it may yield. */
@Timeout(60)
final class GeneratorPlacesTest {
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
}
