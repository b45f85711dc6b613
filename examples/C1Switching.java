/// Two functions of 10,000,000 additions, one after the other and switching at each step.
///
/// Switching pays when a task waits, for then another one can go on. A task that computes never
/// waits: nothing is gained, and each switch costs. An argument is the number of additions.

import dev.loomlet.Generator;

long first;
long second;

void addAll(int count) {
  for (int i = 0; i < count; i++) {
    first += i;
  }
}

void addAllAgain(int count) {
  for (int i = 0; i < count; i++) {
    second += i;
  }
}

/// The first function again, as a generator that stops after each addition.
Generator<Void> stepByStep(int count) {
  return Generator.of(
      out -> {
        for (int i = 0; i < count; i++) {
          first += i;
          out.yield(null);
        }
      });
}

long nanos(Runnable work) {
  first = 0;
  second = 0;
  long start = System.nanoTime();
  work.run();
  return System.nanoTime() - start;
}

void main(String[] args) {
  int count = args.length > 0 ? Integer.parseInt(args[0]) : 10_000_000;

  long serial =
      nanos(
          () -> {
            addAll(count);
            addAllAgain(count);
          });
  IO.println("serial: sums " + first + " and " + second + " in " + serial / 1_000_000 + " ms");

  long switching =
      nanos(
          () -> {
            var steps = stepByStep(count);
            for (int i = 0; i < count; i++) {
              second += i;
              steps.next();
            }
          });
  IO.println(
      "switching: sums " + first + " and " + second + " in " + switching / 1_000_000 + " ms");

  long each = (switching - serial) / count;
  IO.println("switching takes " + switching / serial + " times as long, " + each + " ns a step");
}
