package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loomlet.examples.Example.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows C7, A9 (HTTP and SQL) and M7 of the course: blocking code that knows nothing of a loop. */
class UnmodifiedTest {
  /** The drivers, copied there by this module's build. */
  private static final List<String> DRIVERS = List.of("-cp", "examples/target/lib/*");

  @Test
  @Tag("alone")
  void patchedTheReadersWaitSideBySide() {
    // when
    Ended ended = Example.run("C7PatchAll", "0.4");
    // then
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .startsWith("eva asks", "egon asks", "eva hears: hello eva", "egon hears: hello egon");
    assertThat(ended.millis()).as("one after another it would be 2,000").isBetween(1_200, 1_950);
  }

  @Test
  void unpatchedTheyWaitOneAfterAnother() {
    // when
    Ended ended = Example.runWith(List.of("--no-patch", "--no-watch"), "C7PatchAll", "0.4");
    // then
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .startsWith("eva asks", "eva hears: hello eva", "egon asks", "egon hears: hello egon");
    assertThat(ended.millis()).isGreaterThanOrEqualTo(2_000);
  }

  @Test
  void tenPagesAreFetchedWhileOthersGoOn() {
    // when
    Ended ended = Example.run("A9Http");
    // then
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().limit(11).toList())
        .startsWith(
            IntStream.rangeClosed(1, 10).mapToObj(i -> "200 page /" + i).toArray(String[]::new))
        .endsWith("others went on: true");
    assertThat(ended.millis()).as("one after another it would be 5,000").isBetween(500, 4_900);
  }

  @Test
  void tenQueriesAreAnsweredWhileOthersGoOn() {
    // when
    Ended ended = Example.runWith(DRIVERS, "A9Sql");
    // then
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().limit(11).toList())
        .startsWith(IntStream.rangeClosed(1, 10).mapToObj(i -> "name " + i).toArray(String[]::new))
        .endsWith("others went on: true");
    assertThat(ended.millis()).as("one after another it would be 5,000").isBetween(500, 4_900);
  }

  @Test
  void tenQueriesAreAnsweredByPostgreSqlWhileOthersGoOn() {
    assumePostgreSql();
    // when
    Ended ended = Example.runWith(DRIVERS, "A9PostgreSql");
    // then
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().limit(11).toList())
        .startsWith(IntStream.rangeClosed(1, 10).mapToObj(i -> "name " + i).toArray(String[]::new))
        .endsWith("others went on: true");
    assertThat(ended.millis()).as("one after another it would be 5,000").isBetween(500, 4_900);
  }

  private static void assumePostgreSql() {
    assumeTrue(
        Files.isDirectory(Path.of("/usr/lib/postgresql")),
        "there is no PostgreSQL in /usr/lib/postgresql; .ci/run installs it");
  }

  @Test
  @Tag("alone")
  void ticketsAreOversoldWithoutALockOnly() {
    assumePostgreSql();
    // when
    Ended ended = Example.runWith(DRIVERS, "M7Tickets");
    // then
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines())
        .containsExactly(
            "without a lock: 10 of 5 tickets sold, left 4",
            "row lock: 5 of 5 tickets sold, left 0",
            "table lock: 5 of 5 tickets sold, left 0");
  }

  @Test
  void withoutTheDriverItIsSaidWhereToGetIt() {
    for (String each : List.of("A9Sql", "A9PostgreSql", "M7Tickets")) {
      Ended ended = Example.run(each);
      assertThat(ended.exitCode()).isEqualTo(1);
      assertThat(ended.err()).contains("not on the class path. Get it").contains("mvn -N");
    }
  }
}
