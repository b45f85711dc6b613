package dev.loomlet.cli.sched;

import dev.loomlet.cli.exit.CommandFailure;
import dev.loomlet.cli.sched.Job.Phase;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** The jobs that a user asks for: named by their times, in a file, or made up. */
public final class Jobs {
  /** That of the course. */
  public static final String USUAL = "3s,3h,3s,3s";

  /** Three that wait as often as they compute. */
  public static final String WAITING = "2s/4s/2s/4s/1s,3s/2s/3s,1s/5s/2s";

  static final String GENERATED = "generated";

  private static final int MOST_JOBS = 1000;
  private static final int GENERATED_JOBS = 6;

  private Jobs() {}

  /**
   * Understands what was asked for.
   *
   * @param text times such as {@code 3s,3h}, each of which may go on with waits and computing in
   *     turn ({@code 2s/1s/2s}); {@code generated} or {@code generated:SEED}; or else a file
   * @throws CommandFailure if it is none of that; names the line of a file
   */
  static List<Job> of(String text) throws IOException {
    try {
      List<Job> jobs = read(text);
      check(jobs);
      return jobs;
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(String.valueOf(e.getMessage()));
    }
  }

  private static List<Job> read(String text) throws IOException {
    if (text.equals(GENERATED) || text.startsWith(GENERATED + ":")) {
      return generate(seed(text));
    }
    if (text.matches("[-+.\\d,].*") && !Files.exists(Path.of(text))) {
      return inline(text);
    }
    return file(Path.of(text));
  }

  private static void check(List<Job> jobs) {
    if (jobs.isEmpty()) {
      throw new IllegalArgumentException("there are no jobs; name some, such as " + USUAL);
    }
    if (jobs.size() > MOST_JOBS) {
      throw new IllegalArgumentException(
          "at most " + MOST_JOBS + " jobs can be told apart, not " + jobs.size());
    }
    double all = jobs.stream().mapToDouble(j -> (double) j.computing() + j.waiting()).sum();
    if (all > Times.MOST.toNanos()) {
      throw new IllegalArgumentException(
          "all jobs together take at most " + Times.MOST.toHours() + "h, not " + Times.text(all));
    }
  }

  private static List<Job> inline(String text) {
    List<Job> jobs = new ArrayList<>();
    for (String each : text.split(",", -1)) {
      List<Phase> phases = new ArrayList<>();
      boolean computes = true;
      for (String time : each.strip().split("/", -1)) {
        String what = computes ? "the time of a job" : "the wait of a job";
        phases.add(new Phase(computes, Times.parsePositive(what, time.strip())));
        computes = !computes;
      }
      jobs.add(Job.of(name(jobs.size()), phases));
    }
    return jobs;
  }

  private static String name(int index) {
    return index < 26 ? String.valueOf((char) ('A' + index)) : "J" + (index + 1);
  }

  private static List<Job> file(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "'"
              + file
              + "' is no list of jobs such as "
              + USUAL
              + ", no file, and not '"
              + GENERATED
              + "'");
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + " is no text in UTF-8", e);
    }
    List<Job> jobs = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).replaceFirst("#.*", "").strip();
      if (line.isEmpty()) {
        continue;
      }
      try {
        Job job = JobLine.parse(line);
        if (!names.add(job.name())) {
          throw new IllegalArgumentException("there is a job '" + job.name() + "' already");
        }
        jobs.add(job);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(file + ":" + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    if (jobs.isEmpty()) {
      throw new IllegalArgumentException(
          file + " holds no job; a line of one is " + JobLine.EXAMPLE);
    }
    return jobs;
  }

  private static long seed(String text) {
    if (text.equals(GENERATED)) {
      return 1;
    }
    String number = text.substring(GENERATED.length() + 1);
    try {
      return Long.parseLong(number);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "a seed is a whole number, not '" + number + "', as in " + GENERATED + ":42", e);
    }
  }

  /** Some that compute much and some that mostly wait, with everything a policy may look at. */
  private static List<Job> generate(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < GENERATED_JOBS; i++) {
      boolean interactive = random.nextBoolean();
      List<Phase> phases = new ArrayList<>();
      int bursts = interactive ? random.nextInt(3, 7) : random.nextInt(1, 3);
      for (int j = 0; j < bursts; j++) {
        if (j > 0) {
          phases.add(new Phase(false, seconds(interactive ? random.nextInt(2, 8) : 1)));
        }
        phases.add(new Phase(true, seconds(interactive ? 1 : random.nextInt(4, 13))));
      }
      long arrival = seconds(i == 0 ? 0 : random.nextInt(0, 10));
      Job job = Job.of(name(i), phases);
      long deadline = 2 * (job.computing() + job.waiting()) + seconds(random.nextInt(0, 20));
      jobs.add(
          new Job(
              job.name(), arrival, random.nextInt(0, 4), deadline, random.nextInt(1, 6), phases));
    }
    return jobs;
  }

  private static long seconds(int count) {
    return count * 1_000_000_000L;
  }
}
