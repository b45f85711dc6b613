package dev.loomlet.cli.demo;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.system.OpenFiles;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RoomTest {
  private static OpenFiles limit(long soft) {
    return new OpenFiles(OptionalLong.of(soft), OptionalLong.of(soft));
  }

  @Test
  void tooFewDescriptorsAreToldWithWhatToChange() {
    assertThatThrownBy(() -> Room.require(limit(1024), 1000, 3))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("ulimit -n 3200")
        .hasMessageContaining("--clients 274")
        .extracting(e -> ((CommandFailure) e).exitCode())
        .isEqualTo(69);
  }

  @Test
  void theAdvisedNumberOfClientsFits() {
    assertThatCode(() -> Room.require(limit(1024), 274, 3)).doesNotThrowAnyException();
  }
}
