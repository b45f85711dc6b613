/// Batch system against multiprogramming: one processor, jobs that compute and wait.
///
/// The same three jobs run one after another, and then all at once: while one waits for its input
/// or output, another has the processor. The processor is a loop, the jobs are greenlets, and
/// computing moves the loop's virtual clock, so the minutes take no time.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.ThreadPool;
import dev.loomlet.time.VirtualClock;

record Job(String name, int[] seconds) {} // computes, waits, computes, waits …

List<Job> jobs =
    List.of(
        new Job("A", new int[] {2, 4, 2, 4, 1}),
        new Job("B", new int[] {3, 2, 3}),
        new Job("C", new int[] {1, 5, 2}));

VirtualClock clock;
Map<String, StringBuilder> lines;

int now() {
  return (int) Duration.ofNanos(clock.nanoTime()).toSeconds();
}

/// Notes for each second what a job did; what is not noted it spent ready.
void note(Job job, int from, int seconds, char sign) {
  var line = lines.get(job.name());
  while (line.length() < from) {
    line.append('-');
  }
  line.repeat(sign, seconds);
}

void run(Job job) {
  for (int i = 0; i < job.seconds().length; i++) {
    int seconds = job.seconds()[i];
    if (i % 2 == 0) {
      note(job, now(), seconds, '#');
      clock.advance(Duration.ofSeconds(seconds));
    } else {
      note(job, now(), seconds, '.');
      sleep(Duration.ofSeconds(seconds));
    }
  }
}

void oneAfterAnother() {
  for (Job job : jobs) {
    spawn(job.name(), () -> run(job)).join();
  }
}

void allAtOnce() {
  List<Greenlet<?>> all = new ArrayList<>();
  for (Job job : jobs) {
    all.add(spawn(job.name(), () -> run(job)));
  }
  joinAll(all);
}

void show(String title, Runnable way) throws Exception {
  clock = new VirtualClock();
  lines = new LinkedHashMap<>();
  jobs.forEach(job -> lines.put(job.name(), new StringBuilder()));
  Loomlet.run(LoopOptions.defaults().withVirtualTime(clock), way::run);

  int busy = jobs.stream().mapToInt(j -> sum(j, 0)).sum();
  IO.println(title + ": " + now() + " s, processor used " + 100 * busy / now() + " %");
  lines.forEach((name, line) -> IO.println("  " + name + " " + line));
}

int sum(Job job, int first) {
  int sum = 0;
  for (int i = first; i < job.seconds().length; i += 2) {
    sum += job.seconds()[i];
  }
  return sum;
}

void main() throws Exception {
  // This program's own loop goes by real time, so the other one gets a thread.
  try (var pool = new ThreadPool(1)) {
    pool.apply(
        () -> {
          show("batch", this::oneAfterAnother);
          show("multiprogramming", this::allAtOnce);
          return null;
        });
  }
  IO.println("  # computes   . waits   - is ready, or has not begun");
}
