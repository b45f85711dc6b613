/// An asynchronous iterator: 0 to 9, one each second, while others go on.
///
/// Python needs `__aiter__`, `__anext__` and `async for`, because an `await` may not stand in a
/// plain iterator. Here `next()` may wait like everything else, so `Iterable` and `for` are enough,
/// and so are streams. An argument scales the times: 0.1 is a tenth.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Generator;

long second = 1000;

/** Counts, and waits before each number. */
record SlowRange(int end, long pause) implements Iterable<Integer> {
  @Override
  public Iterator<Integer> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < end;
      }

      @Override
      public Integer next() {
        sleep(pause);
        return next++;
      }
    };
  }
}

void main(String[] args) throws Exception {
  second = Math.round(second * (args.length > 0 ? Double.parseDouble(args[0]) : 1));
  long start = System.nanoTime();

  var ticks = new int[1];
  var clock =
      spawn(
          () -> {
            while (true) {
              sleep(second / 2);
              ticks[0]++;
            }
          });
  for (int i : new SlowRange(10, second)) {
    IO.println(i);
  }
  clock.kill();
  IO.println("others went on: " + (ticks[0] >= 10));
  IO.println("took " + (System.nanoTime() - start) / 1_000_000 + " ms");

  // The same as a generator, and as a stream.
  Generator<Integer> squares =
      Generator.of(
          out -> {
            for (int i : new SlowRange(4, second / 10)) {
              out.yield(i * i);
            }
          });
  IO.println(squares.stream().map(String::valueOf).collect(Collectors.joining(" ")));
}
