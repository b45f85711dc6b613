package dev.loomlet.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WatchOptionsTest {
  private final String before = System.getProperty(WatchOptions.HOG_LIMIT);

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty(WatchOptions.HOG_LIMIT);
    } else {
      System.setProperty(WatchOptions.HOG_LIMIT, before);
    }
  }

  @ParameterizedTest
  @CsvSource({"250, 250", "0, 0", "-1, -1", "' 70 ', 70", "'', 100"})
  void theLimitIsInMilliseconds(String value, long millis) {
    // given
    System.setProperty(WatchOptions.HOG_LIMIT, value);

    // when / then
    assertThat(WatchOptions.printing(System.err).hogLimit()).isEqualTo(Duration.ofMillis(millis));
  }

  @Test
  void theLimitIsATenthOfASecondUnlessSomethingElseIsSaid() {
    // given
    System.clearProperty(WatchOptions.HOG_LIMIT);

    // when / then
    assertThat(WatchOptions.printing(System.err).hogLimit()).isEqualTo(Duration.ofMillis(100));
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "100ms", "1.5", "99999999999999999999"})
  void whatIsNoLimitIsNamed(String value) {
    // given
    System.setProperty(WatchOptions.HOG_LIMIT, value);

    // when / then
    assertThatThrownBy(() -> WatchOptions.printing(System.err))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "loomlet.watch.hog takes milliseconds, as in 250, or 0 for no limit; not '"
                + value
                + "'");
  }
}
