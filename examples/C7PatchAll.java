/// What patching is for: two greenlets that each read what another program says.
///
/// Reading the pipe of a child process blocks the thread that does it. `./loomlet run` has patched
/// the JDK, so only the greenlet waits: the programs take 2 s and 3 s, together 3 s. With
/// `./loomlet run --no-patch` the first read stops the whole loop, and it is 5 s. An argument
/// scales the times.

import static dev.loomlet.Loomlet.*;

String ask(String name, double seconds) throws IOException {
  IO.println(name + " asks");
  var child = new ProcessBuilder("sh", "-c", "sleep " + seconds + "; echo hello " + name).start();
  try (var reader = child.inputReader()) {
    String answer = reader.readLine();
    IO.println(name + " hears: " + answer);
    return answer;
  }
}

void main(String[] args) throws Exception {
  double scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  var start = System.nanoTime();
  joinAll(spawn(() -> ask("eva", 2 * scale)), spawn(() -> ask("egon", 3 * scale)));
  IO.println("took " + (System.nanoTime() - start) / 1_000_000 + " ms");
}
