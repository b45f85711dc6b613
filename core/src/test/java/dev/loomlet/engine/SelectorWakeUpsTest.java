package dev.loomlet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.Selector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SelectorWakeUpsTest {
  private final SelectorWakeUps wakeUps = new SelectorWakeUps();
  private Selector selector;
  private Selector other;

  @BeforeEach
  void open() throws IOException {
    selector = Selector.open();
    other = Selector.open();
  }

  @AfterEach
  void close() throws IOException {
    selector.close();
    other.close();
  }

  @Test
  void aWakeUpIsPutOffOnlyWhileOthersHaveTheirTurn() {
    assertThat(wakeUps.putOff(selector)).isFalse();
    // when
    assertThat(wakeUps.begin(selector)).isTrue();
    // then
    assertThat(wakeUps.putOff(selector)).isTrue();
    assertThat(wakeUps.putOff(other)).isFalse();
    wakeUps.end();
    assertThat(wakeUps.putOff(selector)).isFalse();
  }

  @Test
  void whoSelectsFindsAWakeUpOnce() {
    // given
    wakeUps.begin(selector);
    wakeUps.putOff(selector);
    assertThat(wakeUps.isPutOff()).isFalse();
    // when
    wakeUps.end();
    // then
    assertThat(wakeUps.isPutOff()).isTrue();
    assertThat(wakeUps.take()).isSameAs(selector);
    assertThat(wakeUps.isPutOff()).isFalse();
    assertThat(wakeUps.take()).isNull();
  }

  @Test
  void withoutAWakeUpThereIsNothingToFind() {
    wakeUps.begin(selector);
    wakeUps.putOff(selector);
    wakeUps.end();
    wakeUps.take();
    // when
    wakeUps.begin(selector);
    wakeUps.end();
    // then
    assertThat(wakeUps.take()).isNull();
  }

  @Test
  void aSecondSelectorThatLetsOthersFinishMeanwhileIsWokenUpAsEver() {
    wakeUps.begin(selector);
    // when
    assertThat(wakeUps.begin(other)).isFalse();
    // then
    assertThat(wakeUps.putOff(other)).isFalse();
    assertThat(wakeUps.putOff(selector)).isTrue();
  }

  @Test
  @Timeout(10)
  void whileTheSelectOfAnotherThreadHasNotEndedASelectorIsWokenUpInEarnest() throws Exception {
    // given: a wake-up that another thread's select has not come to yet
    Thread elsewhere =
        Thread.ofPlatform()
            .start(
                () -> {
                  wakeUps.begin(selector);
                  wakeUps.putOff(selector);
                  wakeUps.end();
                });
    elsewhere.join();
    // when
    wakeUps.begin(other);
    wakeUps.putOff(other);
    wakeUps.end();
    // then: its select does not wait, and the first wake-up is still there for whose it is
    assertThat(wakeUps.take()).isNull();
    assertThat(other.select()).isZero();
    assertThat(wakeUps.isPutOff()).isFalse();
  }
}
