package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import org.junit.jupiter.api.Test;

/** Row C9 of the course. */
class PagesTest {

  @Test
  void fivePagesAreFetchedInAboutTheTimeOfTheSlowest() {
    // when
    Ended ended = Example.run("C9FivePages");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().map(line -> line.replaceFirst("127.0.0.1:\\d+", "HOST")))
        .startsWith(
            "url=http://HOST/search status=200 length=2381",
            "url=http://HOST/portal status=200 length=245600",
            "url=http://HOST/market/index status=200 length=167440",
            "url=http://HOST/shop status=200 length=113043",
            "url=http://HOST/gone status=404 length=0");
    assertThat(ended.millis()).as("one after another it would be 3,500").isBetween(1_200, 3_000);
  }
}
