/// Blocking I/O: the server replies after 2 s, and the client's call waits for it.
///
/// Loomlet's engine `blocking` is made of calls that block, as the course's first model is. So each
/// connection that waits needs a thread of the operating system that waits for it: ten clients wait
/// as long as one, and cost ten threads. An argument scales the time.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Greenlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Engines;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;

double second = 1000;

/// A loop on the engine of this model, or else on what works here.
LoopGroup loopOn(String engine) {
  try {
    var options = LoopOptions.defaults().withEngine(Engines.byName(engine));
    IO.println("engine " + engine);
    return LoopGroup.start(1, options);
  } catch (IllegalArgumentException e) {
    IO.println(e.getMessage() + "; going on with another");
    return LoopGroup.start(1);
  }
}

/** Threads of the operating system that are in a blocking call for the loop. */
long helpers() {
  return Thread.getAllStackTraces().keySet().stream()
      .filter(thread -> thread.getName().contains("blocking"))
      .count();
}

void reply(TcpStream client, String text) throws IOException {
  try (client) {
    sleep(Math.round(2 * second));
    client.write(text.getBytes());
  }
}

void acceptAll(TcpListener listener) throws IOException {
  for (int number = 1; ; number++) {
    TcpStream client = listener.accept();
    String text = "number " + number;
    spawn(() -> reply(client, text));
  }
}

String ask(int port) throws IOException {
  try (var stream = TcpStream.connect("127.0.0.1", port)) {
    byte[] data = new byte[100];
    int count = stream.read(data); // blocks, in a helper thread
    return new String(data, 0, count);
  }
}

void askAtOnce(int clients, int port) throws Exception {
  long start = System.nanoTime();
  List<Greenlet<String>> waiting = new ArrayList<>();
  for (int i = 0; i < clients; i++) {
    waiting.add(spawn(() -> ask(port)));
  }
  sleep(Math.round(second));
  IO.println(clients + " clients and the listener wait, in " + helpers() + " helper threads");
  for (var each : waiting) {
    IO.println("received " + each.get());
  }
  double seconds = (System.nanoTime() - start) / 1e6 / second;
  IO.println("after %.1f s".formatted(seconds));
}

void show() throws Exception {
  try (var listener = TcpListener.bind("127.0.0.1", 0)) {
    var server = spawn(() -> acceptAll(listener));
    askAtOnce(1, listener.port());
    askAtOnce(10, listener.port());
    server.kill();
  }
}

void main(String[] args) throws Exception {
  second *= args.length > 0 ? Double.parseDouble(args[0]) : 1;
  try (var group = loopOn("blocking")) {
    group.spawn(this::show).get();
  }
}
