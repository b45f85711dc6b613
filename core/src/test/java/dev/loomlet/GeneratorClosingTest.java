package dev.loomlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Generators that end before they have yielded everything. */
@Timeout(60)
final class GeneratorClosingTest {
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  private static Generator<Integer> upTo(int last) {
    return Generator.of(
        out -> {
          for (int i = 1; i <= last; i++) {
            out.yield(i);
          }
        });
  }

  private static void fail(String message) throws IOException {
    throw new IOException(message);
  }

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
}
