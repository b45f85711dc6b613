/// The three states of a coroutine, ready, running and blocked, and each transition between them.
///
/// Whatever happens to a greenlet passes its loop's policy, so a policy of our own, round robin,
/// can count: how many are in each state, at each step, and how often each transition has happened.
/// In virtual time, so that it is the same each time and done at once.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Loomlet;
import dev.loomlet.LoopOptions;
import dev.loomlet.ThreadPool;
import dev.loomlet.sched.Step;
import dev.loomlet.sched.TimedPolicy;
import dev.loomlet.time.VirtualClock;

VirtualClock clock = new VirtualClock();
boolean ended; // said by a greenlet about to end, which otherwise looks like one that waits

class Counting extends TimedPolicy {
  final Queue<Step> queue = new ArrayDeque<>();
  final Map<String, Integer> transitions = new TreeMap<>();
  int ready;
  int running;
  int blocked;

  void count(String transition) {
    transitions.merge(transition, 1, Integer::sum);
  }

  @Override
  protected void arrive(Step step) {
    if (step.state() == null) {
      step.state("seen");
      count("(new) -> ready");
    } else {
      blocked--;
      count("blocked -> ready");
    }
    ready++;
    queue.add(step);
  }

  @Override
  protected Step choose() {
    Step next = queue.poll();
    if (next != null) {
      ready--;
      running++;
      count("ready -> running");
      show();
    }
    return next;
  }

  @Override
  protected void ran(Step step, long nanos, Outcome outcome) {
    running--;
    if (outcome != Outcome.WAITS) {
      ready++;
      count("running -> ready");
      queue.add(step);
    } else if (ended) {
      ended = false;
      count("running -> (ended)");
    } else {
      blocked++;
      count("running -> blocked");
    }
  }

  @Override
  protected int waiting() {
    return queue.size();
  }

  void show() {
    long seconds = Duration.ofNanos(clock.nanoTime()).toSeconds();
    IO.println(
        String.format(
            "%2d s  ready %d %-6s running %d  blocked %d %s",
            seconds, ready, "o".repeat(ready), running, blocked, "z".repeat(blocked)));
  }
}

/// Needs the processor, and lets others have it after each second.
void compute(int seconds) {
  for (int i = 0; i < seconds; i++) {
    clock.advance(Duration.ofSeconds(1));
    Loomlet.yield();
  }
  ended = true;
}

/// Mostly waits.
void wait(int times) {
  for (int i = 0; i < times; i++) {
    sleep(Duration.ofSeconds(3));
  }
  ended = true;
}

void jobs() {
  var all =
      List.of(
          spawn("compute-1", () -> compute(4)),
          spawn("compute-2", () -> compute(3)),
          spawn("wait-1", () -> wait(3)),
          spawn("wait-2", () -> wait(2)));
  joinAll(all);
  ended = true;
}

void main() throws Exception {
  var policy = new Counting();
  var options = LoopOptions.defaults().withVirtualTime(clock).withPolicy(() -> policy);
  // This program's own loop goes by real time, so the other one gets a thread.
  try (var pool = new ThreadPool(1)) {
    pool.apply(
        () -> {
          Loomlet.run(options, this::jobs);
          return null;
        });
  }
  policy.show();
  policy.transitions.forEach(
      (transition, times) -> IO.println(String.format("%-18s %3d", transition, times)));
}
