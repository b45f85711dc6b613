package dev.loomlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Generators that yield what others yield. */
@Timeout(60)
final class GeneratorDelegationTest {
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
}
