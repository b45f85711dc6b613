package dev.loomlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class CoroutineTest {
  private final List<@Nullable Object> log = Collections.synchronizedList(new ArrayList<>());

  private static @Nullable Object toParent(@Nullable Object value) {
    return parent().switchTo(value);
  }

  private static Coroutine parent() {
    return Objects.requireNonNull(Coroutine.current().parent());
  }

  /** Runs code on a thread of its own, and throws what it throws. */
  private static void onOtherThread(Action code) throws Exception {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread.ofPlatform()
        .name("other")
        .start(
            () -> {
              try {
                code.run();
              } catch (Throwable e) {
                failure.set(e);
              }
            })
        .join();
    Throwable failed = failure.get();
    if (failed != null) {
      throw Thrown.unchecked(failed);
    }
  }

  // Switching

  @Test
  void goesOnOnlyWhenSomebodySwitchesToIt() {
    // given
    Coroutine[] pair = new Coroutine[2];
    pair[0] =
        Coroutine.of(
            () -> {
              log.add(1);
              pair[1].switchTo();
              log.add(3);
              pair[1].switchTo();
            });
    pair[1] =
        Coroutine.of(
            () -> {
              log.add(2);
              pair[0].switchTo();
              log.add(4);
            });
    assertThat(log).isEmpty();

    // when
    pair[0].switchTo();

    // then
    assertThat(log).containsExactly(1, 2, 3, 4);
    assertThat(pair[1].isDead()).isTrue();
    assertThat(pair[0].isActive()).as("waits in its second switch").isTrue();
  }

  @Test
  void passesValuesBothWays() {
    // given
    Coroutine coroutine =
        Coroutine.of(
            first -> {
              log.add(first);
              log.add(toParent("b"));
              log.add(toParent(null));
              return "result";
            });

    // when / then
    assertThat(coroutine.switchTo("a")).isEqualTo("b");
    assertThat(coroutine.switchTo("c")).isNull();
    assertThat(coroutine.switchTo(null)).isEqualTo("result");
    assertThat(log).containsExactly("a", "c", null);
  }

  @Test
  void goesThroughTheStatesOfItsLife() {
    // given
    Coroutine coroutine = Coroutine.of(() -> toParent(null));

    // when / then
    assertThat(List.of(coroutine.isStarted(), coroutine.isActive(), coroutine.isDead()))
        .containsExactly(false, false, false);
    assertThat(coroutine).hasToString("Coroutine[new]");
    coroutine.switchTo();
    assertThat(List.of(coroutine.isStarted(), coroutine.isActive(), coroutine.isDead()))
        .containsExactly(true, true, false);
    assertThat(coroutine).hasToString("Coroutine[waiting]");
    coroutine.switchTo();
    assertThat(List.of(coroutine.isStarted(), coroutine.isActive(), coroutine.isDead()))
        .containsExactly(true, false, true);
    assertThat(coroutine).hasToString("Coroutine[dead]");
  }

  @Test
  void knowsWhichOneIsCurrent() {
    // given
    Coroutine root = Coroutine.current();
    Coroutine coroutine = Coroutine.of(() -> log.add(Coroutine.current()));

    // when
    coroutine.switchTo();

    // then
    assertThat(log).containsExactly(coroutine);
    assertThat(Coroutine.current()).isSameAs(root);
    assertThat(root.parent()).isNull();
    assertThat(root.isActive()).isTrue();
    assertThat(coroutine.parent()).isSameAs(root);
  }

  @Test
  void getsItsOwnValueBackWhenItSwitchesToItself() {
    // when / then
    assertThat(Coroutine.current().switchTo("me")).isEqualTo("me");
    assertThat(Coroutine.of(_ -> Coroutine.current().switchTo("me too")).switchTo())
        .isEqualTo("me too");
    assertThatThrownBy(() -> Coroutine.current().throwInto(new IOException("mine")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void returnsThroughACoroutineThatOthersHaveSwitchedPast() {
    // given: one that switches to another, which goes straight to the root
    Coroutine root = Coroutine.current();
    Coroutine second = Coroutine.of(() -> log.add(root.switchTo("from second")));
    Coroutine first = Coroutine.of(() -> log.add(second.switchTo()));

    // when / then
    assertThat(first.switchTo()).isEqualTo("from second");
    assertThat(first.switchTo("to first")).isNull();
    assertThat(second.switchTo("to second")).isNull();
    assertThat(log).containsExactly("to first", "to second");
  }

  @Test
  void runsInARingOfMany() {
    // given
    int size = 1000;
    int rounds = 20;
    List<Coroutine> ring = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int next = (i + 1) % size;
      ring.add(
          Coroutine.of(
              token -> {
                for (int round = 0; round < rounds; round++) {
                  token = ring.get(next).switchTo((Integer) Objects.requireNonNull(token) + 1);
                }
                return token;
              }));
    }

    // when / then
    assertThat(ring.getFirst().switchTo(0)).isEqualTo(size * rounds);
  }

  // Ends

  @Test
  void switchesToTheParentWhenItIsDead() {
    // given
    Coroutine dead = Coroutine.of(() -> {});
    dead.switchTo();
    Coroutine grandchild = Coroutine.of(() -> {});
    grandchild.setParent(dead);
    grandchild.switchTo();

    // when / then
    assertThat(dead.switchTo("back")).isEqualTo("back");
    assertThat(grandchild.switchTo("back")).isEqualTo("back");
  }

  @Test
  void startsTheParentWithItsResultWhenThatHasNotStarted() {
    // given
    Coroutine parent = Coroutine.of(first -> first + " and more");
    Coroutine child = Coroutine.of(_ -> "result");
    child.setParent(parent);

    // when / then
    assertThat(child.switchTo()).isEqualTo("result and more");
  }

  @Test
  void throwsAnErrorOnInTheParentAsItIs() {
    // given
    IOException error = new IOException();
    Coroutine middle =
        Coroutine.of(
            () -> {
              Coroutine child =
                  Coroutine.of(
                      () -> {
                        throw error;
                      });
              try {
                child.switchTo();
              } catch (Exception e) {
                log.add(e);
                throw e;
              }
            });

    // when / then
    assertThatThrownBy(middle::switchTo).isSameAs(error);
    assertThat(log).containsExactly(error);
    assertThat(middle.isDead()).isTrue();
  }

  @Test
  void takesAnErrorWhereItWaits() {
    // given
    IOException error = new IOException();
    Coroutine catching =
        Coroutine.of(
            () -> {
              try {
                toParent("ready");
              } catch (Exception e) {
                toParent(e);
              }
            });
    assertThat(catching.switchTo()).isEqualTo("ready");

    // when / then
    assertThat(catching.throwInto(error)).isSameAs(error);
    assertThatThrownBy(() -> catching.throwInto(error)).isSameAs(error);
    assertThat(catching.isDead()).isTrue();
    assertThatThrownBy(() -> catching.throwInto(error)).as("when it is dead").isSameAs(error);
  }

  @Test
  void diesOfAnErrorBeforeItsStartAndLeavesItToItsParents() {
    // given
    IOException error = new IOException();
    Coroutine catching =
        Coroutine.of(
            () -> {
              try {
                toParent("ready");
              } catch (Exception e) {
                log.add(e);
              }
            });
    catching.switchTo();
    Coroutine parent = Coroutine.of(() -> log.add("parent runs"));
    parent.setParent(catching);
    Coroutine child = Coroutine.of(() -> log.add("child runs"));
    child.setParent(parent);

    // when
    child.throwInto(error);

    // then
    assertThat(log).containsExactly(error);
    assertThat(child.isDead()).isTrue();
    assertThat(parent.isDead()).isTrue();
    assertThat(catching.isDead()).isTrue();
  }

  @Test
  void endsQuietlyWhenItIsKilled() {
    // given
    Coroutine waiting =
        Coroutine.of(
            () -> {
              try {
                toParent(null);
              } catch (Exception e) {
                log.add("swallowed");
              } finally {
                log.add("finally");
              }
            });
    Coroutine unstarted = Coroutine.of(() -> log.add("runs"));
    waiting.switchTo();

    // when / then
    assertThat(waiting.kill()).isInstanceOf(CoroutineExit.class);
    assertThat(waiting.kill()).as("when it is dead").isInstanceOf(CoroutineExit.class);
    assertThat(unstarted.kill()).isInstanceOf(CoroutineExit.class);
    assertThat(log).containsExactly("finally");
    assertThat(waiting.isDead()).isTrue();
    assertThat(unstarted.isDead()).isTrue();
  }

  @Test
  void canSurviveBeingKilled() {
    // given
    Coroutine stubborn =
        Coroutine.of(
            () -> {
              try {
                toParent(null);
              } catch (CoroutineExit e) {
                toParent("still here");
              }
            });
    stubborn.switchTo();

    // when / then
    assertThat(stubborn.kill()).isEqualTo("still here");
    assertThat(stubborn.isActive()).isTrue();
  }

  // Parents

  @Test
  void leavesItsResultToTheParentThatItHasInTheEnd() {
    // given
    Coroutine adopter = Coroutine.of(() -> log.add(toParent("waits")));
    Coroutine child = Coroutine.of(_ -> "result");
    adopter.switchTo();

    // when
    child.setParent(adopter);
    child.switchTo();

    // then
    assertThat(child.parent()).isSameAs(adopter);
    assertThat(log).containsExactly("result");
  }

  @Test
  void refusesParentsThatCannotBe() throws Exception {
    // given
    Coroutine parent = Coroutine.of(() -> {});
    Coroutine child = Coroutine.of(() -> {});
    child.setParent(parent);
    AtomicReference<Coroutine> foreign = new AtomicReference<>();
    onOtherThread(() -> foreign.set(Coroutine.of(() -> {})));

    // when / then
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parent.setParent(child))
        .withMessageContaining("its own ancestor");
    assertThatIllegalArgumentException().isThrownBy(() -> parent.setParent(parent));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> child.setParent(foreign.get()))
        .withMessageContaining("another thread");
    assertThatIllegalStateException()
        .isThrownBy(() -> Coroutine.current().setParent(child))
        .withMessageContaining("root");
    assertThat(child.parent()).isSameAs(parent);
  }
}
