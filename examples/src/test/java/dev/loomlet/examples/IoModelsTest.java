package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.loomlet.examples.Example.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows I1 to I6 of the course. */
class IoModelsTest {
  @TempDir Path folder;

  private static Ended runWell(String name, String... args) {
    Ended ended = Example.run(name, args);
    assertThat(ended.exitCode()).as("%s", ended).isZero();
    assertThat(ended.err()).isEmpty();
    return ended;
  }

  /** Its lines; the first says on which engine, or why not. */
  private static List<String> linesOn(String engine, Ended ended) {
    List<String> lines = ended.out().lines().toList();
    assumeThat(lines.getFirst()).as("engine %s", engine).doesNotContain("does not work here");
    assertThat(lines.getFirst()).isEqualTo("engine " + engine);
    return lines.subList(1, lines.size());
  }

  @Test
  void aClientOfABlockingServerWaitsAndCostsAThread() {
    // when
    Ended ended = runWell("I1Blocking", "0.5");
    // then
    List<String> lines = linesOn("blocking", ended);
    assertThat(lines)
        .startsWith("1 clients and the listener wait, in 2 helper threads", "received number 1")
        .contains("10 clients and the listener wait, in 11 helper threads")
        .containsAll(IntStream.rangeClosed(2, 11).mapToObj(i -> "received number " + i).toList());
    assertThat(lines)
        .filteredOn(line -> line.startsWith("after "))
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(Double.parseDouble(line.split(" ")[1]))
                    .as("ten one after another would take 20 s")
                    .isBetween(2.0, 10.0));
  }

  @Test
  @Tag("alone")
  void pollingWithoutBlockingWorksAndBurnsTheProcessor() {
    // when
    Ended ended = runWell("I2NonBlocking");
    // then
    assertThat(ended.out().lines().filter(line -> line.equals("  10 clients: [HELLO]"))).hasSize(2);
    List<Double> busy =
        ended
            .out()
            .lines()
            .filter(line -> line.startsWith("  processor in use"))
            .map(line -> Double.parseDouble(line.replaceAll("[^0-9.]", "")))
            .toList();
    linesOn("nonblocking", ended);
    assertThat(busy).hasSize(2);
    assertThat(busy.getFirst()).as("even where others want it, too").isGreaterThan(10);
    assertThat(busy.getLast()).isLessThan(busy.getFirst());
  }

  @Test
  void selectPollEpollAndASelectorWorkAndSelectHasALimit() {
    // when
    Ended ended = runWell("I3Multiplexing");
    // then
    List<String> lines = linesOn("select", ended);
    assertThat(lines)
        .containsSubsequence(
            "  replies [ONE, TWO, THREE]",
            "engine poll",
            "  replies [ONE, TWO, THREE]",
            "  1100 sockets at once",
            "engine epoll",
            "  replies [ONE, TWO, THREE]",
            "  1100 sockets at once",
            "selector with callbacks",
            "  replies [FOUR, FIVE, SIX]");
    assertThat(lines.get(1))
        .startsWith("  stopped before 1100 sockets: ")
        .contains("select has room for descriptors up to 1023");
  }

  @Test
  void signalsDriveAServer() {
    // when
    Ended ended = runWell("I4SignalDriven");
    // then
    assertThat(linesOn("signal", ended))
        .containsExactly("client 0 got CLIENT 0", "200 of 200 replies right");
  }

  @Test
  void operationsAreSubmittedAndComplete() {
    // when
    Ended ended = runWell("I5Asynchronous");
    // then
    assertThat(linesOn("io_uring", ended))
        .containsExactly(
            "submitted: the reply to \"0.9 slow\"",
            "submitted: the reply to \"0.3 quick\"",
            "submitted: the reply to \"0.6 middling\"",
            "all are submitted, none is completed; this greenlet does something else meanwhile",
            "the sum of the numbers to a million is 500000500000",
            "completed: QUICK",
            "completed: MIDDLING",
            "completed: SLOW",
            "in the order of submission: [SLOW, QUICK, MIDDLING]");
  }

  @Test
  @Tag("alone")
  void theModelsAreComparedInATableAndAPicture() throws Exception {
    // given
    assumeThat(Files.isDirectory(Path.of("/proc/self/task"))).isTrue();
    Path picture = folder.resolve("io.svg");
    // when
    Ended ended = Example.run("I6Compared", "1,20", "0.05", picture.toString());
    // then
    assertThat(ended.exitCode()).as("%s", ended).isZero();
    for (String engine : List.of("epoll", "poll", "select", "nonblocking", "blocking")) {
      assertThat(ended.out().lines().filter(line -> line.matches(" +\\d+ +" + engine + " .*")))
          .as(engine)
          .hasSize(2);
    }
    assertThat(ended.out()).contains("cpu_us", "switches", "picture: " + picture);
    assertThat(picture).content().startsWith("<svg").contains(">epoll<");
  }
}
