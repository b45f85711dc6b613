/// Deadlock: two locks taken in opposite order by 8 tasks, found and named.
///
/// The program then ends by itself.
///
/// Each task needs the noodles and the chopsticks. Odd ones take the noodles first, even ones the
/// chopsticks, and that goes well only until one of each kind has one thing in its hands. Nobody
/// has to guess why nothing moves: who holds what and who waits for it can be asked for. `loomlet
/// run` asks by itself, and warns on standard error.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Greenlet;
import dev.loomlet.diagnose.Deadlock;
import dev.loomlet.diagnose.Deadlocks;
import dev.loomlet.sync.Mutex;

final Mutex noodles = new Mutex("noodles");
final Mutex chopsticks = new Mutex("chopsticks");
int ate = 0;

void eat(Mutex first, Mutex second) throws Exception {
  first.run(
      () -> {
        sleep(10); // long enough for somebody to take the other one
        second.run(() -> ate++);
      });
}

void main() throws Exception {
  List<Greenlet<?>> tasks = new ArrayList<>();
  for (int i = 1; i <= 8; i++) {
    boolean odd = i % 2 == 1;
    tasks.add(
        spawn("eater-" + i, () -> eat(odd ? noodles : chopsticks, odd ? chopsticks : noodles)));
  }
  List<Deadlock> found = List.of();
  while (found.isEmpty() && !joinAll(Duration.ofMillis(50), tasks)) {
    found = Deadlocks.find();
  }
  for (Deadlock deadlock : found) {
    IO.println("deadlock of " + deadlock.parties().size() + " among 8 tasks:");
    for (Deadlock.Party party : deadlock.parties()) {
      IO.println("  " + party.name() + " holds " + name(party.holds()));
      IO.println("    and waits for " + name(party.waitsFor()));
    }
  }
  killAll(tasks);
  IO.println(ate + " of 8 ate; the others were killed, because they would have waited for ever");
}

String name(String lock) {
  return lock.contains("noodles") ? "the noodles" : "the chopsticks";
}
