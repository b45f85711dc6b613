package dev.loomlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.loomlet.testing.ChildJvm;
import dev.loomlet.testing.NativeFrame;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a coroutine has of its own, also together with generators, and what is the thread's. */
@Timeout(60)
final class CoroutineStackTest {
  private final List<@Nullable Object> log = Collections.synchronizedList(new ArrayList<>());

  private static @Nullable Object toParent(@Nullable Object value) {
    return parent().switchTo(value);
  }

  private static Coroutine parent() {
    return Objects.requireNonNull(Coroutine.current().parent());
  }

  @Test
  void switchesInTheMiddleOfAGenerator() {
    // given
    Coroutine root = Coroutine.current();
    Generator<Object> generator =
        Generator.of(
            out -> {
              out.yield("one");
              out.yield(String.valueOf(root.switchTo("out of the generator")));
              out.yield("three");
            });
    Coroutine coroutine = Coroutine.of(() -> generator.forEachRemaining(log::add));

    // when / then
    assertThat(coroutine.switchTo()).isEqualTo("out of the generator");
    assertThat(log).containsExactly("one");
    assertThatIllegalStateException()
        .isThrownBy(generator::next)
        .withMessageContaining("already executing");
    assertThat(coroutine.switchTo("two")).isNull();
    assertThat(log).containsExactly("one", "two", "three");
  }

  @Test
  void isSwitchedToByTheBodyOfAGenerator() {
    // given
    Coroutine counter =
        Coroutine.of(
            () -> {
              for (int i = 1; ; i++) {
                Coroutine.current().parent().switchTo(i);
              }
            });
    Generator<Object> generator =
        Generator.of(
            out -> {
              while (true) {
                out.yield(Objects.requireNonNull(counter.switchTo()));
              }
            });

    // when / then
    assertThat(generator.stream().limit(3).toList()).containsExactly(1, 2, 3);
    assertThat(counter.switchTo()).as("by the root itself").isEqualTo(4);
    assertThat(generator.next()).isEqualTo(5);
  }

  @Test
  void nestsDeeplyWithGenerators() {
    // when / then
    assertThat(nested(30)).isEqualTo(30);
  }

  /** A generator in a coroutine in a generator in a coroutine …, each of which pauses. */
  private static int nested(int depth) {
    if (depth == 0) {
      return 0;
    }
    Coroutine coroutine =
        Coroutine.of(
            () -> {
              Generator<Integer> generator =
                  Generator.of(
                      out -> {
                        parent().switchTo();
                        out.yield(nested(depth - 1));
                        out.yield(1);
                      });
              int sum = 0;
              for (int each : generator) {
                sum += each;
                parent().switchTo();
              }
              parent().switchTo(sum);
            });
    coroutine.switchTo();
    coroutine.switchTo();
    coroutine.switchTo();
    return (Integer) Objects.requireNonNull(coroutine.switchTo());
  }

  @Test
  void saysWhatToDoWhenItCannotSwitchUnderANativeFrame() {
    // given
    Coroutine root = Coroutine.current();
    Generator<Integer> inGenerator =
        Generator.of(
            out -> {
              assertThatIllegalStateException()
                  .isThrownBy(root::switchTo)
                  .withMessageContaining("cannot switch here");
              out.yield(7);
            });
    Coroutine coroutine =
        Coroutine.of(
            () -> {
              NativeFrame.under(
                  () -> {
                    log.add(inGenerator.next());
                    assertThatIllegalStateException()
                        .isThrownBy(root::switchTo)
                        .withMessageContaining("cannot switch here")
                        .withMessageContaining("call from outside of it");
                  });
              log.add(toParent("works"));
            });

    // when / then
    assertThat(coroutine.switchTo()).isEqualTo("works");
    coroutine.switchTo("goes on");
    assertThat(log).containsExactly(7, "goes on");
  }

  @Test
  void leavesMonitorsWithTheThread() {
    // given
    Object outer = new Object();
    Object inner = new Object();
    Coroutine coroutine =
        Coroutine.of(
            () -> {
              synchronized (inner) {
                log.add(Thread.holdsLock(outer));
                toParent(null);
                log.add(Thread.holdsLock(outer));
                log.add(Thread.holdsLock(inner));
              }
            });

    // when / then
    synchronized (outer) {
      coroutine.switchTo();
      assertThat(Thread.holdsLock(outer)).isTrue();
      assertThat(Thread.holdsLock(inner)).isTrue();
    }
    coroutine.switchTo();
    assertThat(log).containsExactly(true, false, true);
    assertThat(Thread.holdsLock(inner)).isFalse();
  }

  @Test
  void leavesScopedValuesWithTheStackThatBoundThem() {
    // given
    ScopedValue<String> value = ScopedValue.newInstance();
    Coroutine coroutine =
        Coroutine.of(
            () -> {
              log.add(value.orElse("none"));
              ScopedValue.where(value, "inner").run(() -> toParent(null));
              log.add(value.orElse("none"));
            });

    // when
    ScopedValue.where(value, "outer").run(coroutine::switchTo);
    String between = value.orElse("none");
    coroutine.switchTo();

    // then
    assertThat(between).isEqualTo("none");
    assertThat(log).containsExactly("outer", "outer");
  }

  @Test
  void isCollectedTogetherWithWhatItsBodyHoldsWhenItIsAbandoned() {
    // given
    List<WeakReference<?>> references = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      byte[] held = new byte[1000];
      Coroutine coroutine =
          Coroutine.of(
              () -> {
                toParent(null);
                log.add(held);
              });
      coroutine.switchTo();
      references.add(new WeakReference<>(coroutine));
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
  void saysWhatAJvmWithoutTheFlagNeeds() throws Exception {
    // when
    try (ChildJvm child = ChildJvm.start(List.of(), List.of(), WithoutFlags.class)) {
      // then
      assertThat(child.lineAfter("said: ")).contains("--add-opens java.base/java.lang=");
    }
  }

  /** Switches to a coroutine. */
  static final class WithoutFlags {
    public static void main(String[] unused) {
      try {
        Coroutine.of(() -> {}).switchTo();
      } catch (IllegalStateException e) {
        System.out.println("said: " + e.getMessage());
      }
    }
  }
}
