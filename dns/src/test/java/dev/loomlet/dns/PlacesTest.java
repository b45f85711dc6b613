package dev.loomlet.dns;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.dns.OnEveryEngine.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many questions may be under way, and who is next. */
@Timeout(60)
final class PlacesTest {
  private final Places places = new Places(2);
  private final List<String> granted = new ArrayList<>();

  private final class Named extends Places.Place {
    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    void granted() {
      granted.add(name);
    }
  }

  @Test
  void aPlaceGoesToWhoHasWaitedLongest() {
    // given
    Named a = new Named("a");
    Named b = new Named("b");
    places.take(a);
    places.take(b);
    places.take(new Named("c"));
    places.take(new Named("d"));
    assertThat(granted).containsExactly("a", "b");
    assertThat(places.wanted()).isEqualTo(4);

    // when
    places.giveBack(b);

    // then
    assertThat(granted).containsExactly("a", "b", "c");
    places.giveBack(b);
    assertThat(granted).containsExactly("a", "b", "c");
    places.giveBack(a);
    assertThat(granted).containsExactly("a", "b", "c", "d");
    assertThat(places.wanted()).isEqualTo(2);
  }

  @Test
  void whoDoesNotWaitAnyMoreGetsNone() {
    // given
    Named a = new Named("a");
    Named b = new Named("b");
    Named c = new Named("c");
    places.take(a);
    places.take(b);
    places.take(c);

    // when
    places.giveBack(c);
    places.giveBack(a);
    places.giveBack(b);

    // then
    assertThat(granted).containsExactly("a", "b");
    assertThat(places.wanted()).isZero();
  }

  @Test
  void greenletsWaitInTheSameLineAndLeaveItWhenTheyAreCancelled() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given
              Named a = new Named("a");
              Named b = new Named("b");
              places.take(a);
              places.take(b);
              Greenlet<?> cancelled = spawn(() -> places.await());
              Greenlet<Places.Place> waiting = spawn(() -> places.await());
              sleep(1);
              places.take(new Named("last"));

              // when
              cancelled.cancel(true);
              cancelled.join();
              places.giveBack(a);

              // then
              Places.Place got = waiting.get();
              assertThat(granted).containsExactly("a", "b");
              places.giveBack(got);
              assertThat(granted).containsExactly("a", "b", "last");
            });
  }

  @Test
  void neverMoreThanThereAreWhateverHappens() throws Exception {
    Random random = new Random(7);
    Places few = new Places(5);
    int[] taken = {0, 0};
    Loomlet.run(
        () -> {
          List<Greenlet<?>> all = new ArrayList<>();
          for (int i = 0; i < 300; i++) {
            all.add(
                spawn(
                    () -> {
                      Places.Place place = few.await();
                      try {
                        taken[1] = Math.max(taken[1], ++taken[0]);
                        for (int n = random.nextInt(5); n > 0; n--) {
                          sleep(0);
                        }
                      } finally {
                        taken[0]--;
                        few.giveBack(place);
                      }
                    }));
          }
          while (few.wanted() > 0 || !all.getLast().isDone()) {
            all.get(random.nextInt(all.size())).cancel(true);
            sleep(0);
          }
        });
    assertThat(taken[0]).isZero();
    assertThat(taken[1]).isEqualTo(5);
    assertThat(few.wanted()).isZero();
  }
}
