package dev.loomlet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchedCommandTest {
  @TempDir Path folder;

  private static Completed sched(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "sched";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return InThisJvm.loomlet(all);
  }

  /** Lines of a table: cells apart by a blank. */
  private static List<String> cells(Completed run) {
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run.out().lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
  }

  @Test
  void theJobsOfTheCourseTakeTheirTextbookTimes() {
    assertThat(cells(sched()))
        .containsSubsequence(
            "job arrival start finish turnaround waiting response switches",
            "A 0s 0s 3s 3s 0s 0s 1",
            "B 0s 3s 3h3s 3h3s 3s 3s 1",
            "C 0s 3h3s 3h6s 3h6s 3h3s 3h3s 1",
            "D 0s 3h6s 3h9s 3h9s 3h6s 3h6s 1",
            "mean 2h15m5.25s 1h30m3s 1h30m3s",
            "processor used for 3h9s of 3h9s: 100.0 %; 4 switches",
            "A 0s 0s 3s 3s 0s 0s 1",
            "B 0s 9s 3h9s 3h9s 9s 9s 1",
            "A 0s 0s 9s 9s 6s 0s 3",
            "B 0s 1s 3h9s 3h9s 9s 1s 4",
            "C 0s 2s 11s 11s 8s 2s 3",
            "D 0s 3s 12s 12s 9s 3s 3",
            "policy turnaround waiting response end processor switches",
            "fifo 2h15m5.25s 1h30m3s 1h30m3s 3h9s 100.0 % 4",
            "sjf 45m6.75s 4.5s 4.5s 3h9s 100.0 % 4",
            "rr 45m10.25s 8s 1.5s 3h9s 100.0 % 13",
            "mlfq 45m9.25s 7s 1.5s 3h9s 100.0 % 9");
  }

  @Test
  void batchIsComparedWithMultiprogramming() {
    assertThat(cells(sched("--batch", "--jobs", "2s/4s/2s,3s/2s/3s")))
        .contains("batch 12s 4s 4s 16s 62.5 % 4", "fifo 9.5s 1.5s 1s 11s 90.9 % 4");
  }

  @Test
  void arrivalsPrioritiesDeadlinesAndTicketsOfAFileCount() throws Exception {
    // given
    Path jobs = folder.resolve("jobs.txt");
    Files.writeString(
        jobs,
        """
        # name  settings                       what it does
        low     priority=1 deadline=30s:       8s
        high    arrival=1.5s priority=5:       compute 2s, wait 1s, compute 1s   # twice

        urgent  arrival=2s deadline=4s tickets=9: 1s
        """);
    // when / then: a job with a greater priority takes the processor when it comes
    assertThat(cells(sched("--jobs", jobs.toString(), "--policy", "priority")))
        .contains("low 0s 0s 11s 11s 3s 0s 3", "high 1.5s 1.5s 5.5s 4s 0s 0s 2");
    assertThat(cells(sched("--jobs", jobs.toString(), "--policy", "edf")))
        .contains("urgent 2s 2s 3s 1s 0s 0s 1");
    // when / then: and not if it has to wait for the end of a burst
    assertThat(cells(sched("--jobs", jobs.toString(), "--policy", "fifo")))
        .contains("low 0s 0s 8s 8s 0s 0s 1", "high 1.5s 8s 12s 10.5s 6.5s 6.5s 2");
  }

  @Test
  void theShortestRemainingTimeGoesFirst() throws Exception {
    // given: the example of the textbook, whose mean waiting time is 6.5
    Path jobs = folder.resolve("jobs.txt");
    Files.writeString(jobs, "P1: 8s\nP2 arrival=1s: 4s\nP3 arrival=2s: 9s\nP4 arrival=3s: 5s\n");
    // when / then
    assertThat(cells(sched("--jobs", jobs.toString(), "--policy", "srtf,sjf")))
        .contains("srtf 13s 6.5s 4.25s 26s 100.0 % 5", "sjf 14.25s 7.75s 7.75s 26s 100.0 % 4");
  }

  @Test
  void theSameSeedGivesTheSameSchedulesUnderEachPolicy() {
    // when
    String[] arguments = {"--jobs", "generated:7", "--policy", "all", "--seed", "3"};
    Completed first = sched(arguments);
    Completed second = sched(arguments);
    // then
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(second.out()).isEqualTo(first.out());
    assertThat(sched("--jobs", "generated:8", "--policy", "all").out()).isNotEqualTo(first.out());
  }

  @Test
  void chartsAndFiguresGoToFiles() throws Exception {
    // given
    Path svg = folder.resolve("new/sched.svg");
    Path json = folder.resolve("sched.json");
    // when
    Completed run =
        sched("--policy", "rr", "--jobs", "2s,1s", "--svg", "" + svg, "--json", "" + json);
    // then
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("A  ").contains("round robin");
    assertThat(svg).content().contains("<svg", "round robin, mean waiting 1s", ">A<", ">B<");
    assertThat(json)
        .content()
        .contains(
            "\"policy\":\"rr\"",
            "{\"does\":\"compute\",\"from\":0,\"to\":1},{\"does\":\"compute\",\"from\":2,\"to\":3}",
            "\"meanTurnaround\":2.5000");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --policy fairest          | there is no policy 'fairest'; choose among fifo, sjf, rr, mlfq,
          --jobs 3s,-1s             | the time of a job cannot be negative, as -1s
          --jobs 3s,,2s             | the time of a job is a time such as 250ms, 3s, 2m30s or 1.5h, not ''
          --jobs 3                  | the time of a job is a time such as 250ms, 3s, 2m30s or 1.5h, not '3'
          --jobs 0s                 | the time of a job must be more than 0, not 0s
          --jobs 2s/x               | the wait of a job is a time such as 250ms, 3s, 2m30s or 1.5h, not 'x'
          --jobs 999999h            | the time of a job is at most 100000h, not 999999h
          --jobs 60000h,60000h      | all jobs together take at most 100000h, not 120000h
          --jobs generated:x        | a seed is a whole number, not 'x', as in generated:42
          --jobs nowhere.txt        | is no list of jobs such as 3s,3h,3s,3s, no file, and not
          --quantum 0s              | --quantum must be more than 0, not 0s
          --quantum soon            | --quantum is a time such as 250ms, 3s, 2m30s or 1.5h, not 'soon'
          --quantum 1us             | choose a --quantum of at least 540.45us
          --levels 0                | levels are from 1 to 30, not 0
          --alpha 2                 | alpha is from 0 to 1, not 2.0
          --ageing -1               | ageing takes at least 1 decision, not -1
          --seed x                  | invalid value for option '--seed'
          --svg /                   | / is a directory; name a file with --svg
          """)
  void wrongUseIsOneSentence(String arguments, String sentence) {
    assertRefused(sched(arguments.split(" ")), sentence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          A 3s                          | :2: there is no colon behind the name, as in 'B arrival=1s
          arrival=1s: 3s                | :2: a job begins with its name, as in 'B
          A speed=3: 3s                 | :2: there is no 'speed=3'; before the colon may stand arrival=TIME,
          A arrival=-1s: 3s             | :2: an arrival cannot be negative, as -1s
          A priority=99: 3s             | :2: a priority is from -32 to 31, not '99'
          A tickets=: 3s                | :2: a number of tickets is from 1 to 1000000, not ''
          A priority=1 priority=2: 3s   | :2: 'priority' is given twice
          A: comptue 3s                 | :2: 'comptue 3s' is nothing a job does; write 'compute 2s', 'wait 1s',
          A: wait 3s                    | :2: a job must compute something, as in
          A: compute -3s                | :2: what a job computes cannot be negative, as -3s
          A:                            | :2: '' is nothing a job does
          first: 1s                     | :2: there is a job 'first' already
          """)
  void anErrorInAFileNamesItsLine(String line, String sentence) throws Exception {
    // given
    Path jobs = folder.resolve("jobs.txt");
    Files.writeString(jobs, "first: 1s\n" + line + "\n");
    // when / then
    assertRefused(sched("--jobs", jobs.toString()), sentence);
  }

  @Test
  void aFileWithoutJobsIsRefused() throws Exception {
    Path jobs = folder.resolve("jobs.txt");
    Files.writeString(jobs, "# nothing\n");
    assertRefused(sched("--jobs", jobs.toString()), "holds no job; a line of one is 'B arrival=1s");
  }

  private static void assertRefused(Completed run, String sentence) {
    assertThat(run.exitCode()).as(run.out()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("loomlet: ").contains(sentence);
    assertThat(run.err().lines()).hasSize(1);
  }
}
