/// The models of I/O compared: the same server on each, in one table and one picture.
///
/// A short form of `loomlet compare io`, which takes longer, has more options, and says more. The
/// arguments: the numbers of connections (1,100,500), seconds for each visit (0.2), and the file of
/// the picture (io-models.svg).

import dev.loomlet.ThreadPool;
import dev.loomlet.bench.IoComparison;

IoComparison compare(List<Integer> connections, Duration seconds) throws Exception {
  var options = new IoComparison.Options(connections, List.of(), false, seconds, 2);
  return IoComparison.measure(options, line -> System.err.println(line));
}

void main(String[] args) throws Exception {
  var connections =
      Stream.of((args.length > 0 ? args[0] : "1,100,500").split(","))
          .map(Integer::valueOf)
          .toList();
  double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 0.2;
  Path picture = Path.of(args.length > 2 ? args[2] : "io-models.svg");

  // It waits for processes by blocking calls, so it gets a thread of its own.
  try (var pool = new ThreadPool(1)) {
    var visit = Duration.ofMillis(Math.round(seconds * 1000));
    IoComparison comparison = pool.apply(() -> compare(connections, visit));
    comparison.print(System.out);
    comparison.writeSvg(picture);
  }
  IO.println("picture: " + picture);
}
