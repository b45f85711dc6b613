package dev.loomlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class GeneratorTest {
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  private static Generator<Integer> upTo(int last) {
    return Generator.of(
        out -> {
          for (int i = 1; i <= last; i++) {
            out.yield(i);
          }
        });
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
