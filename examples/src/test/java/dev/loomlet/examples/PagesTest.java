package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loomlet.examples.Example.Ended;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Row C9 of the course. */
class PagesTest {
  private static final List<String> PAGES =
      List.of(
          "url=http://HOST/search status=200 length=2381",
          "url=http://HOST/portal status=200 length=245600",
          "url=http://HOST/market/index status=200 length=167440",
          "url=http://HOST/shop status=200 length=113043",
          "url=http://HOST/gone status=404 length=0");

  @Test
  void fivePagesAreFetchedInAboutTheTimeOfTheSlowest() {
    // when
    Ended ended = Example.run("C9FivePages");
    // then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.err()).isEmpty();
    List<String> lines =
        ended.out().lines().map(line -> line.replaceFirst("127.0.0.1:\\d+", "HOST")).toList();
    assertThat(lines.subList(0, 6)).isEqualTo(with("by HttpClient"));
    assertThat(lines.subList(6, 12)).isEqualTo(with("by HttpURLConnection"));
    assertThat(ended.millis()).as("one after another it would be 7,000").isBetween(2_400, 5_500);
  }

  private static List<String> with(String heading) {
    List<String> lines = new ArrayList<>(PAGES);
    lines.addFirst(heading);
    return lines;
  }
}
