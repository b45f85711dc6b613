package dev.loomlet.queue;

import static dev.loomlet.Loomlet.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.sync.Event;
import dev.loomlet.testing.TestLoop;
import dev.loomlet.wait.Guard;
import dev.loomlet.wait.Life;
import dev.loomlet.wait.Past;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class UsersTest {
  private final Users users = new Users(new Guard());

  private List<String> names() {
    return users.past().lives().stream().map(Life::name).toList();
  }

  private Greenlet<?> useAndEnd(String name) {
    Greenlet<?> user = spawn(name, users::note);
    user.join();
    return user;
  }

  private void useAndStay(String name, Event over) {
    spawn(
        name,
        () -> {
          users.note();
          over.await();
        });
  }

  @Test
  void eachIsRememberedOnceHoweverOftenTheyTakeTurns() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given
              List<Greenlet<?>> both = new ArrayList<>();
              for (String name : List.of("one", "two")) {
                both.add(
                    spawn(
                        name,
                        () -> {
                          for (int i = 0; i < 10; i++) {
                            users.note();
                            Loomlet.yield();
                          }
                        }));
              }

              // when
              Loomlet.joinAll(both);

              // then
              assertThat(names()).containsExactly("one", "two");
              assertThat(users.past().isOver()).isTrue();
            });
  }

  @Test
  void whoHasEndedGivesWayAndIsCounted() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given
              Event over = new Event();
              useAndStay("stays", over);
              Loomlet.yield();

              // when
              for (int i = 0; i < Users.LIMIT + 2; i++) {
                useAndEnd("ended-" + i);
              }

              // then
              Past past = users.past();
              assertThat(past.complete()).isTrue();
              assertThat(past.forgotten()).isEqualTo(3);
              assertThat(names())
                  .hasSize(Users.LIMIT)
                  .startsWith("stays", "ended-3")
                  .endsWith("ended-9");
              assertThat(past.isOver()).isFalse();
              over.set();
              Loomlet.joinOthers();
              assertThat(users.past().isOver()).isTrue();
            });
  }

  @Test
  void nothingIsClaimedAnyMoreWhenTooManyHaveLivedAtATime() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // given
              Event over = new Event();
              for (int i = 0; i < Users.LIMIT; i++) {
                useAndStay("stays-" + i, over);
              }
              Loomlet.yield();
              assertThat(users.past().complete()).isTrue();

              // when
              useAndStay("one more", over);
              over.set();
              Loomlet.joinOthers();
              useAndEnd("the last");

              // then
              assertThat(users.past()).isEqualTo(new Past(false, List.of(), 0));
              assertThat(users.past().isOver()).isFalse();
              assertThat(users.past().isEmpty()).isFalse();
            });
  }

  @Test
  void saysHowGreenletsEndedAndThatThreadsDid() throws Exception {
    TestLoop.standard()
        .run(
            () -> {
              // when
              useAndEnd("good");
              Greenlet<?> bad =
                  spawn(
                      "bad",
                      () -> {
                        users.note();
                        throw new UnspeakableException();
                      });
              bad.linkException(_ -> {});
              bad.join();
              Event never = new Event();
              Greenlet<?> killed =
                  spawn(
                      "killed",
                      () -> {
                        users.note();
                        never.await();
                      });
              Loomlet.yield();
              killed.kill();
              Thread thread = Thread.ofPlatform().name("thread").start(users::note);
              thread.join();

              // then
              List<Life> lives = users.past().lives();
              assertThat(
                      lives.stream()
                          .filter(Life::isOver)
                          .map(each -> each.name() + ": " + each.end()))
                  .containsExactly(
                      "good: ended",
                      "bad: failed: " + UnspeakableException.class.getName(),
                      "killed: cancelled",
                      "thread: ended");
              assertThat(lives).filteredOn(Life::hasFailed).hasSize(1);
            });
  }

  /** Its text is code that goes wrong. */
  private static final class UnspeakableException extends RuntimeException {
    @Override
    public String toString() {
      throw new IllegalStateException("no text");
    }
  }
}
