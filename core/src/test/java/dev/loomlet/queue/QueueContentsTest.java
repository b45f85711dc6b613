package dev.loomlet.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is in a queue and in which order, without anybody waiting. */
@Timeout(60)
final class QueueContentsTest {

  static Stream<WaitingQueue<Integer>> unbounded() {
    return Stream.of(
        new FifoQueue<>(), new LifoQueue<>(), new PriorityQueue<>(), new JoinableQueue<>());
  }

  static Stream<WaitingQueue<Integer>> withRoomForThree() {
    return Stream.of(
        new FifoQueue<>(3), new LifoQueue<>(3), new PriorityQueue<>(3), new JoinableQueue<>(3));
  }

  private static <E> List<E> drained(WaitingQueue<E> queue) {
    List<E> all = new ArrayList<>();
    queue.drainTo(all);
    return all;
  }

  @Test
  void givesTheFirstFirst() {
    FifoQueue<Integer> queue = new FifoQueue<>();
    queue.addAll(List.of(3, 1, 2));
    assertThat(drained(queue)).containsExactly(3, 1, 2);
  }

  @Test
  void givesTheLastFirst() {
    LifoQueue<Integer> queue = new LifoQueue<>();
    queue.addAll(List.of(3, 1, 2));
    assertThat(drained(queue)).containsExactly(2, 1, 3);
  }

  @Test
  void givesTheLeastFirst() {
    PriorityQueue<Integer> queue = new PriorityQueue<>();
    queue.addAll(List.of(3, 1, 2));
    assertThat(drained(queue)).containsExactly(1, 2, 3);
  }

  @Test
  void givesEqualOnesInTheOrderInWhichTheyCame() {
    // given: compared by length alone
    PriorityQueue<String> queue = new PriorityQueue<>(Comparator.comparing(String::length));
    List<String> words = new ArrayList<>();
    for (int i = 100; i < 300; i++) {
      words.add("x".repeat(i % 5) + i);
    }
    // when
    queue.addAll(words);
    // then
    words.sort(Comparator.comparing(String::length));
    assertThat(drained(queue)).isEqualTo(words);
  }

  @Test
  void sortsManyThatComeAndGoInAnyOrder() {
    // given
    PriorityQueue<Integer> queue = new PriorityQueue<>();
    java.util.PriorityQueue<Integer> reference = new java.util.PriorityQueue<>();
    Random random = new Random(1);
    // when / then
    for (int i = 0; i < 20_000; i++) {
      switch (random.nextInt(5)) {
        case 0, 1, 2 -> {
          int each = random.nextInt(1000);
          queue.add(each);
          reference.add(each);
        }
        case 3 -> assertThat(queue.poll()).isEqualTo(reference.poll());
        default -> assertThat(queue.peek()).isEqualTo(reference.peek());
      }
    }
    assertThat(queue).hasSameSizeAs(reference);
    assertThat(drained(queue)).isSorted();
  }

  @Test
  void survivesInsertionInOrderAndAgainstIt() {
    for (boolean ascending : new boolean[] {true, false}) {
      PriorityQueue<Integer> queue = new PriorityQueue<>();
      List<Integer> numbers = new ArrayList<>(IntStream.range(0, 100_000).boxed().toList());
      if (!ascending) {
        Collections.reverse(numbers);
      }
      queue.addAll(numbers);
      assertThat(queue.toArray(new Integer[0])).isSorted();
      assertThat(drained(queue)).isEqualTo(IntStream.range(0, 100_000).boxed().toList());
    }
  }

  @Test
  void refusesWhatCannotBeComparedAndStaysWhole() {
    // given
    PriorityQueue<Object> queue = new PriorityQueue<>();
    // when / then
    assertThatThrownBy(() -> queue.add(new Object())).isInstanceOf(ClassCastException.class);
    queue.add(1);
    assertThatThrownBy(() -> queue.add("one")).isInstanceOf(ClassCastException.class);
    assertThat(queue.poll()).isEqualTo(1);
    assertThat(queue).isEmpty();
  }

  @Test
  void letsAComparatorUseTheQueueItself() {
    // given
    AtomicBoolean once = new AtomicBoolean();
    List<PriorityQueue<Integer>> self = new ArrayList<>();
    PriorityQueue<Integer> queue =
        new PriorityQueue<>(
            (a, b) -> {
              if (!a.equals(b) && once.compareAndSet(false, true)) {
                self.getFirst().add(2);
              }
              return a.compareTo(b);
            });
    self.add(queue);
    // when
    queue.add(1);
    queue.add(3);
    // then
    assertThat(drained(queue)).containsExactly(1, 2, 3);
  }

  @Test
  void keepsTheOrderWhileTheRingWrapsAndGrows() {
    FifoQueue<Integer> queue = new FifoQueue<>();
    int in = 0;
    int out = 0;
    for (int round = 0; round < 200; round++) {
      for (int i = 0; i < 7; i++) {
        queue.add(in++);
      }
      for (int i = 0; i < 5; i++) {
        assertThat(queue.poll()).isEqualTo(out++);
      }
      assertThat(queue.peek()).isEqualTo(out);
    }
    assertThat(drained(queue)).isEqualTo(IntStream.range(out, in).boxed().toList());
  }

  @ParameterizedTest
  @MethodSource("withRoomForThree")
  void refusesMoreThanItHasRoomFor(WaitingQueue<Integer> queue) {
    assertThat(queue.isFull()).isFalse();
    assertThat(queue.offer(1) && queue.offer(2) && queue.offer(3)).isTrue();
    assertThat(queue.offer(4)).isFalse();
    assertThat(queue.isFull()).isTrue();
    assertThat(queue.remainingCapacity()).isZero();
    assertThatThrownBy(() -> queue.add(4))
        .isInstanceOf(IllegalStateException.class)
        .isNotInstanceOf(QueueShutDown.class)
        .hasMessageContaining("put waits");
    queue.poll();
    assertThat(queue.remainingCapacity()).isEqualTo(1);
    assertThat(queue.offer(4)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("unbounded")
  void isEmptyAtFirstAndSaysSo(WaitingQueue<Integer> queue) {
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.poll()).isNull();
    assertThat(queue.peek()).isNull();
    assertThat(queue.isFull()).isFalse();
    assertThat(queue.remainingCapacity()).isEqualTo(Integer.MAX_VALUE);
    assertThatThrownBy(queue::remove).isInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(queue::element).isInstanceOf(NoSuchElementException.class);
  }

  @ParameterizedTest
  @MethodSource("unbounded")
  void takesNoNull(WaitingQueue<Integer> queue) {
    assertThatThrownBy(() -> queue.offer(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> queue.put(null)).isInstanceOf(NullPointerException.class);
    assertThat(queue.contains(null)).isFalse();
    assertThat(queue.remove(null)).isFalse();
  }

  @Test
  void needsRoomForOneAtLeast() {
    assertThatThrownBy(() -> new FifoQueue<>(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Channel");
    assertThatThrownBy(() -> new PriorityQueue<>(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @MethodSource("unbounded")
  void looksAtAndTakesOutSingleElements(WaitingQueue<Integer> queue) {
    // given: values that are equal without being the same
    queue.addAll(List.of(1001, 1002, 1003, 1002));
    // when / then
    assertThat(queue.contains(Integer.parseInt("1002"))).isTrue();
    assertThat(queue.contains(1004)).isFalse();
    assertThat(queue.remove(Integer.parseInt("1002"))).isTrue();
    assertThat(queue.remove(1004)).isFalse();
    assertThat(queue).hasSize(3).containsExactlyInAnyOrder(1001, 1003, 1002);
    assertThat(queue.removeIf(each -> each > 1002)).isTrue();
    assertThat(drained(queue)).containsExactlyInAnyOrder(1001, 1002);
  }

  @ParameterizedTest
  @MethodSource("unbounded")
  void copiesItselfInTheOrderInWhichItWouldBeTaken(WaitingQueue<Integer> queue) {
    queue.addAll(List.of(5, 3, 4, 1, 2));
    Object[] copy = queue.toArray();
    Integer[] given = queue.toArray(new Integer[7]);
    assertThat(given[5]).isNull();
    assertThat(Arrays.copyOf(given, 5)).isEqualTo(queue.toArray(new Integer[0])).isEqualTo(copy);
    assertThat(queue.toString()).isEqualTo(Arrays.toString(copy));
    assertThat(drained(queue)).isEqualTo(Arrays.asList(copy));
  }

  @ParameterizedTest
  @MethodSource("unbounded")
  void iteratesOverWhatWasThereAtTheBeginning(WaitingQueue<Integer> queue) {
    // given
    queue.addAll(List.of(1, 2));
    Iterator<Integer> iterator = queue.iterator();
    // when
    queue.add(3);
    assertThatThrownBy(iterator::remove).isInstanceOf(IllegalStateException.class);
    int first = iterator.next();
    iterator.remove();
    int second = iterator.next();
    // then
    assertThat(iterator.hasNext()).isFalse();
    assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    assertThat(List.of(first, second)).containsExactlyInAnyOrder(1, 2);
    assertThat(queue).containsExactlyInAnyOrder(second, 3);
  }

  @ParameterizedTest
  @MethodSource("unbounded")
  void movesOutAsManyAsAsked(WaitingQueue<Integer> queue) {
    queue.addAll(List.of(1, 2, 3));
    List<Integer> target = new ArrayList<>();
    assertThat(queue.drainTo(target, 0)).isZero();
    assertThat(queue.drainTo(target, 2)).isEqualTo(2);
    assertThat(queue.drainTo(target)).isEqualTo(1);
    assertThat(target).containsExactlyInAnyOrder(1, 2, 3);
    assertThatThrownBy(() -> queue.drainTo(queue)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @MethodSource("unbounded")
  void forgetsEverythingWhenCleared(WaitingQueue<Integer> queue) {
    queue.addAll(List.of(1, 2, 3));
    queue.clear();
    assertThat(queue.isEmpty()).isTrue();
    queue.add(9);
    assertThat(drained(queue)).containsExactly(9);
  }

  @ParameterizedTest
  @MethodSource("unbounded")
  void givesWhatIsLeftAfterAShutdownAndThenSaysSo(WaitingQueue<Integer> queue) throws Exception {
    queue.addAll(List.of(1, 2));
    queue.shutdown();
    queue.shutdown();
    assertThat(queue.isShutdown()).isTrue();
    assertThatThrownBy(() -> queue.put(3)).isInstanceOf(QueueShutDown.class);
    assertThatThrownBy(() -> queue.offer(3)).isInstanceOf(QueueShutDown.class);
    assertThat(queue.take() + queue.poll()).isEqualTo(3);
    assertThatThrownBy(queue::take).isInstanceOf(QueueShutDown.class);
    assertThatThrownBy(queue::poll).isInstanceOf(QueueShutDown.class);
    assertThat(queue.drainTo(new ArrayList<>())).isZero();
    assertThat(queue.peek()).isNull();
  }

  @ParameterizedTest
  @MethodSource("unbounded")
  void dropsWhatIsLeftAtAnImmediateShutdown(WaitingQueue<Integer> queue) {
    queue.addAll(List.of(1, 2));
    queue.shutdown(true);
    assertThat(queue.isEmpty()).isTrue();
    assertThatThrownBy(queue::take).isInstanceOf(QueueShutDown.class);
  }
}
