/// A car park with 5 places and 25 cars: a semaphore lets in no more than 5.
///
/// Each car stays 3 to 5 seconds; whoever has waited longest gets the place that becomes free. An
/// argument scales the times: 0.1 is a tenth.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.sync.Semaphore;

double second = 1000;
Semaphore places = new Semaphore(5);
int inside;
int most;

void car(int number) throws Exception {
  places.run(
      () -> {
        inside++; // no lock: greenlets of one loop never run at the same moment
        most = Math.max(most, inside);
        IO.println("car " + number + " parks, " + inside + " inside");
        sleep(Math.round(second * ThreadLocalRandom.current().nextDouble(3, 5)));
        inside--;
        IO.println("car " + number + " leaves");
      });
}

void main(String[] args) {
  second *= args.length > 0 ? Double.parseDouble(args[0]) : 1;
  joinAll(IntStream.rangeClosed(1, 25).mapToObj(i -> spawn(() -> car(i))).toList());
  IO.println("never more than " + most + " inside");
}
