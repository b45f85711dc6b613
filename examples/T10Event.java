/// Ten passengers wait for a bus: an event wakes them all at once.
///
/// Who waits for an event goes on when somebody sets it. An argument scales the times: 0.1 is a
/// tenth.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.sync.Event;

double second = 1000;
Event arrived = new Event();

void bus() {
  IO.println("the bus is on its way");
  sleep(Math.round(3 * second));
  IO.println("the bus is here");
  arrived.set();
}

void passenger(int number) {
  IO.println("passenger " + number + " waits");
  arrived.await();
  IO.println("passenger " + number + " boards");
}

void main(String[] args) {
  second *= args.length > 0 ? Double.parseDouble(args[0]) : 1;
  spawn(this::bus);
  joinAll(IntStream.rangeClosed(1, 10).mapToObj(i -> spawn(() -> passenger(i))).toList());
}
