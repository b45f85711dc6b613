/// Scheduling: first come first served, shortest job first, round robin, multilevel feedback queue.
///
/// Four jobs of 3 s, 3 h, 3 s and 3 s, which come at the same time, under each policy. They are
/// greenlets of a loop with that policy and a virtual clock, so it is done at once. `loomlet sched`
/// knows more policies, jobs and charts.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.ThreadPool;
import dev.loomlet.sched.Attributes;
import dev.loomlet.sched.FeedbackPolicy;
import dev.loomlet.sched.FifoPolicy;
import dev.loomlet.sched.Policy;
import dev.loomlet.sched.RoundRobinPolicy;
import dev.loomlet.sched.ShortestJobPolicy;
import dev.loomlet.time.VirtualClock;

final Duration QUANTUM = Duration.ofSeconds(1);

Map<String, Integer> jobs = new LinkedHashMap<>();

/// Who has had the processor, and until when, in seconds.
record Turn(String job, int end) {}

VirtualClock clock;
List<Turn> turns;
Map<String, Integer> finished;

int now() {
  return (int) Duration.ofNanos(clock.nanoTime()).toSeconds();
}

void compute(String job, int seconds, boolean yields) {
  for (int left = seconds; left > 0; ) {
    int slice = yields ? 1 : left;
    clock.advance(Duration.ofSeconds(slice));
    left -= slice;
    if (!turns.isEmpty() && turns.getLast().job().equals(job)) {
      turns.removeLast();
    }
    turns.add(new Turn(job, now()));
    if (yields && left > 0) {
      Loomlet.yield(); // goes on at once if there is quantum left
    }
  }
  finished.put(job, now());
}

void startAll(boolean yields) {
  List<Greenlet<?>> all = new ArrayList<>();
  jobs.forEach(
      (name, seconds) -> {
        var burst = Attributes.defaults().withBurst(Duration.ofSeconds(seconds));
        all.add(Greenlet.of(name, () -> compute(name, seconds, yields)).attributes(burst).start());
      });
  joinAll(all);
}

void show(String title, Policy policy, boolean yields) throws Exception {
  clock = new VirtualClock();
  turns = new ArrayList<>();
  finished = new HashMap<>();
  var options = LoopOptions.defaults().withVirtualTime(clock).withPolicy(() -> policy);
  Loomlet.run(options, () -> startAll(yields));

  IO.println(title);
  int waited = 0;
  for (var job : jobs.entrySet()) {
    int turnaround = finished.get(job.getKey());
    int waiting = turnaround - job.getValue();
    waited += waiting;
    IO.println(
        String.format(
            "  %s  turnaround %8s  waiting %8s", job.getKey(), text(turnaround), text(waiting)));
  }
  IO.println(String.format("  mean waiting %.1f s", (double) waited / jobs.size()));
  chart();
}

/// A box for each turn, wider for longer ones, but not as many times as they are longer.
void chart() {
  var boxes = new StringBuilder("  |");
  var times = new StringBuilder("  0s");
  int start = 0;
  for (Turn turn : turns) {
    int width = 5 + (int) (2 * Math.log(turn.end() - start));
    boxes.append(" ".repeat(width / 2)).append(turn.job());
    boxes.append(" ".repeat(width - width / 2 - 1)).append('|');
    times
        .append(" ".repeat(Math.max(1, boxes.length() - 1 - times.length())))
        .append(text(turn.end()));
    start = turn.end();
  }
  IO.println(boxes + "\n" + times + "\n");
}

String text(int seconds) {
  return Duration.ofSeconds(seconds).toString().substring(2).toLowerCase();
}

void main() throws Exception {
  jobs.put("A", 3);
  jobs.put("B", 3 * 60 * 60);
  jobs.put("C", 3);
  jobs.put("D", 3);

  // This program's own loop goes by real time, so the others get a thread.
  try (var pool = new ThreadPool(1)) {
    pool.apply(
        () -> {
          show("first come, first served", new FifoPolicy(), false);
          show("shortest job first", new ShortestJobPolicy(), false);
          show("round robin, 1 s", new RoundRobinPolicy(QUANTUM), true);
          var feedback = new FeedbackPolicy(3, QUANTUM, Duration.ofMinutes(1));
          show("multilevel feedback queue, 1 s, 2 s and 4 s", feedback, true);
          return null;
        });
  }
}
