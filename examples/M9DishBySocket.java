/// A dish that one process puts into a queue, another process takes out and prints.
///
/// The cook's process listens on a Unix socket, which nobody but its user may connect to, and
/// starts the guest's: this program again. A waiter carries dishes from the cook's queue to the
/// socket, and another one at the other end from the socket to the guest's.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.net.UnixListener;
import dev.loomlet.net.UnixOptions;
import dev.loomlet.net.UnixStream;
import dev.loomlet.queue.FifoQueue;
import dev.loomlet.queue.QueueShutDown;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

void main(String... args) throws Exception {
  if (args.length == 2 && args[0].equals("--guest")) {
    eat(Path.of(args[1]));
  } else {
    cook(args.length > 0 ? args : new String[] {"kung pao chicken"});
  }
}

void cook(String... dishes) throws Exception {
  var folder = Files.createTempDirectory("kitchen");
  var hatch = folder.resolve("hatch");
  try (var listener = UnixListener.bind(hatch, UnixOptions.DEFAULT.withMode(0600))) {
    var guest = startGuest(hatch);
    try (var stream = listener.accept(Duration.ofMinutes(1))) {
      var counter = new FifoQueue<String>();
      var waiter = spawn("waiter", () -> carryOut(counter, stream));
      for (var dish : dishes) {
        IO.println("cook puts " + dish);
        counter.put(dish);
      }
      counter.shutdown();
      waiter.get();
    }
    guest.waitFor();
  }
  Files.delete(folder);
}

Process startGuest(Path hatch) throws Exception {
  var loomlet = Path.of(System.getProperty("loomlet.home"), "loomlet").toString();
  var program = System.getProperty("jdk.launcher.sourcefile");
  return new ProcessBuilder(loomlet, "run", program, "--guest", hatch.toString())
      .inheritIO()
      .start();
}

void carryOut(FifoQueue<String> counter, UnixStream stream) throws Exception {
  try {
    while (true) {
      stream.write((counter.take() + "\n").getBytes(StandardCharsets.UTF_8));
    }
  } catch (QueueShutDown e) {
    stream.shutdownOutput();
  }
}

void eat(Path hatch) throws Exception {
  try (var stream = UnixStream.connect(hatch)) {
    var table = new FifoQueue<String>();
    spawn("waiter", () -> carryIn(stream, table));
    var cook = stream.peerCredentials().pid();
    var self = ProcessHandle.current().pid();
    try {
      while (true) {
        IO.println(
            "guest, in "
                + (cook == self ? "the cook's" : "another")
                + " process, got "
                + table.take());
      }
    } catch (QueueShutDown e) {
      IO.println("guest leaves");
    }
  }
}

void carryIn(UnixStream stream, FifoQueue<String> table) throws Exception {
  var lines =
      new BufferedReader(new InputStreamReader(stream.inputStream(), StandardCharsets.UTF_8));
  for (var dish = lines.readLine(); dish != null; dish = lines.readLine()) {
    table.put(dish);
  }
  table.shutdown();
}
