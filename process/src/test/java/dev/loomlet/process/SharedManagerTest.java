package dev.loomlet.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.process.OnEveryEngine.TestLoop;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SharedManagerTest {

  private static void count(ManagedMap<String, Integer> words, ManagedCounter all, int times) {
    for (int i = 0; i < times; i++) {
      words.merge("rice", 1, Integer::sum);
      all.incrementAndGet();
    }
  }

  @OnTwoEngines
  void severalProcessesShareAMapAListAndACounter(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedManager manager = SharedManager.start()) {
            // given
            ManagedMap<String, Integer> words = manager.newMap();
            ManagedCounter all = manager.newCounter();
            ManagedList<String> names = manager.newList();

            // when
            try (JavaProcess one =
                    JavaProcess.start(
                        () -> {
                          count(words, all, 60);
                          names.add("child");
                        });
                JavaProcess two = JavaProcess.start(() -> count(words, all, 60))) {
              Greenlet<?> here = Loomlet.spawn(() -> count(words, all, 60));
              Greenlet<?> there = Loomlet.spawn(() -> count(words, all, 60));
              here.get();
              there.get();
              one.join();
              two.join();
              assertThat(one.exitCode()).hasValue(0);
              assertThat(two.exitCode()).hasValue(0);
            }

            // then
            assertThat(all.get()).isEqualTo(240);
            assertThat(words).containsExactly(Map.entry("rice", 240));
            assertThat(names).containsExactly("child");
          }
        });
  }

  @Test
  void mapsListsAndCountersDoWhatThoseOfTheJdkDo() throws Exception {
    try (SharedManager manager = SharedManager.start()) {
      ManagedMap<String, List<Integer>> map = manager.newMap();
      assertThat(map.put("a", new ArrayList<>(List.of(1)))).isNull();
      assertThat(map.putIfAbsent("a", List.of())).isEqualTo(List.of(1));
      assertThat(map.replace("a", List.of(2), List.of(3))).isFalse();
      assertThat(map.replace("a", List.of(1), List.of(3))).isTrue();
      assertThat(map.computeIfAbsent("b", key -> List.of(9))).isEqualTo(List.of(9));
      assertThat(map.keySet()).containsExactly("a", "b");
      assertThat(map.containsKey("c")).isFalse();
      assertThat(map.remove("a")).isEqualTo(List.of(3));
      assertThat(map.remove("b", List.of())).isFalse();
      assertThat(map.snapshot()).isEqualTo(Map.of("b", List.of(9)));
      map.clear();
      assertThat(map).isEmpty();

      ManagedList<Integer> list = manager.newList();
      list.addAll(List.of(1, 3));
      list.add(1, 2);
      assertThat(list.set(2, 4)).isEqualTo(3);
      assertThat(list.remove(0)).isEqualTo(1);
      assertThat(list).isEqualTo(List.of(2, 4)).hasToString("[2, 4]");
      assertThat(list.contains(4)).isTrue();
      assertThat(list.indexOf(5)).isEqualTo(-1);

      ManagedCounter counter = manager.newCounter();
      assertThat(counter.compareAndSet(0, 5)).isTrue();
      counter.set(7);
      assertThat(counter.addAndGet(-2)).isEqualTo(5);
    }
  }

  @Test
  void whatGoesWrongThereIsThrownHere() throws Exception {
    try (SharedManager manager = SharedManager.start()) {
      ManagedList<Object> list = manager.newList();
      assertThatThrownBy(() -> list.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> list.add(new Object())).isInstanceOf(UnserializableException.class);
      assertThatThrownBy(() -> list.add(new ObjectName("a:b=c")))
          .isInstanceOf(UncheckedIOException.class)
          .hasStackTraceContaining("not allowed");
      list.add("fine");
      assertThat(list).containsExactly("fine");
      assertThatThrownBy(() -> manager.<String, String>newMap().get(null))
          .isInstanceOf(NullPointerException.class);
    }
  }

  @Test
  void whoPutsJunkIntoTheDoorHarmsNobody() throws Exception {
    try (SharedManager manager = SharedManager.start()) {
      ManagedCounter counter = manager.newCounter();
      try (JavaProcess stranger =
          JavaProcess.start(() -> new SharedManagerAbuse(counter).putJunk())) {
        stranger.join();
        assertThat(stranger.exitCode()).hasValue(0);
      }
      assertThat(counter.incrementAndGet()).isEqualTo(1);
    }
  }

  @Test
  void operationsFailWhenTheManagerIsKilled() throws Exception {
    try (SharedManager manager = SharedManager.start()) {
      ManagedCounter counter = manager.newCounter();
      ManagedCounter again = Resent.of(counter);
      manager.process().kill();
      manager.process().join();
      for (ManagedCounter each : List.of(counter, again, counter)) {
        assertThatThrownBy(each::get)
            .isInstanceOf(UncheckedIOException.class)
            .hasMessageContaining("process " + manager.process().pid() + ", is gone");
      }
    }
  }

  @Test
  void itsLocksAndQueuesGoWithIt() throws Exception {
    SharedLock lock;
    SharedObjectQueue<String> queue;
    try (SharedManager manager = SharedManager.start()) {
      // given
      SharedLock made = manager.newLock();
      SharedObjectQueue<String> names = manager.newQueue(String.class, 3, 100);

      // when
      try (JavaProcess other =
          JavaProcess.start(
              () -> {
                made.lock();
                names.put("child");
                made.unlock();
              })) {
        other.join();
        assertThat(other.exitCode()).hasValue(0);
      }

      // then
      assertThat(names.take()).isEqualTo("child");
      lock = made;
      queue = names;
    }
    assertThat(Path.of("/dev/shm", lock.memory().name())).doesNotExist();
    assertThat(Path.of("/dev/shm", queue.queue().memory().name())).doesNotExist();
  }

  @OnTwoEngines
  void anAnswerThatNobodyWaitsForIsPassedOver(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (SharedManager manager = SharedManager.start()) {
            ManagedCounter counter = manager.newCounter();
            for (int i = 0; i < 20; i++) {
              Greenlet<?> cancelled = Loomlet.spawn(() -> counter.addAndGet(1));
              Loomlet.yield();
              cancelled.kill();
              counter.set(1_000_000L * i);
              assertThat(counter.get()).isEqualTo(1_000_000L * i);
            }
          }
        });
  }
}
