package dev.loomlet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.LoopOptions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EnginesTest {
  private final Optional<String> before = Optional.ofNullable(System.getProperty(Engines.PROPERTY));

  @AfterEach
  void restoreTheChoice() {
    before.ifPresentOrElse(
        name -> System.setProperty(Engines.PROPERTY, name),
        () -> System.clearProperty(Engines.PROPERTY));
  }

  @Test
  void takesForTheBestTheFirstOfTheAutomaticOnesThatWorks() {
    // given
    List<String> working =
        Engines.all().stream().filter(Engines.Info::isAvailable).map(Engines.Info::name).toList();

    // when / then
    assertThat(Engines.best()).isEqualTo(working.getFirst()).isIn(Engines.automatic());
  }

  @Test
  void theBestDoesNotDependOnTheChoice() {
    // given
    String best = Engines.best();

    // when
    System.setProperty(Engines.PROPERTY, NioEngine.NAME);

    // then
    assertThat(Engines.configuredName()).isEqualTo(NioEngine.NAME);
    assertThat(Engines.best()).isEqualTo(best);
  }

  @Test
  void aLoopMayBeOnAnotherOneThanTheChoiceWhateverThatIs() throws Exception {
    // given
    System.setProperty(Engines.PROPERTY, "steam");

    // when
    String name =
        Loomlet.run(
            LoopOptions.on(Engines.byName(NioEngine.NAME)), () -> Loop.current().engine().name());

    // then
    assertThat(name).isEqualTo(NioEngine.NAME);
  }

  @Test
  void givesAConfiguredNameAlsoIfThereIsNoSuchEngine() {
    // given
    System.setProperty(Engines.PROPERTY, "steam");

    // when / then
    assertThat(Engines.configuredName()).isEqualTo("steam");
    assertThatThrownBy(Engines::configured)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no engine 'steam'");
  }
}
