/// Asynchronous I/O: io_uring, where the kernel does the work and says when it is done.
///
/// In the other models a program is told that a socket is ready, and then does the reading itself.
/// Here it submits operations and collects completions: both are entries in rings that it shares
/// with the kernel, so that many operations need one system call, or none. Loomlet's engine
/// `io_uring` submits what greenlets ask for once a turn of its loop. An argument scales the times.

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

/** Replies in capitals, as late as the number before the text says. */
void reply(TcpStream client) throws IOException {
  try (client) {
    byte[] data = new byte[100];
    String[] words = new String(data, 0, client.read(data)).split(" ");
    sleep(Math.round(Double.parseDouble(words[0]) * second));
    client.write(words[1].toUpperCase(Locale.ROOT).getBytes());
  }
}

void acceptAll(TcpListener listener) throws IOException {
  while (true) {
    TcpStream client = listener.accept();
    spawn(() -> reply(client));
  }
}

String receive(TcpStream stream) throws IOException {
  byte[] data = new byte[100];
  int count = stream.read(data); // submitted now; the greenlet goes on when it is completed
  String text = new String(data, 0, count);
  IO.println("completed: " + text);
  return text;
}

void show() throws Exception {
  try (var listener = TcpListener.bind("127.0.0.1", 0)) {
    var server = spawn(() -> acceptAll(listener));
    List<TcpStream> streams = new ArrayList<>();
    List<Greenlet<String>> receives = new ArrayList<>();
    for (String request : List.of("0.9 slow", "0.3 quick", "0.6 middling")) {
      var stream = TcpStream.connect("127.0.0.1", listener.port());
      streams.add(stream);
      stream.write(request.getBytes());
      receives.add(spawn(() -> receive(stream)));
      IO.println("submitted: the reply to \"" + request + "\"");
    }
    IO.println("all are submitted, none is completed; this greenlet does something else meanwhile");
    long sum = LongStream.rangeClosed(1, 1_000_000).sum();
    IO.println("the sum of the numbers to a million is " + sum);
    List<String> results = gather(receives);
    IO.println("in the order of submission: " + results);
    streams.forEach(TcpStream::close);
    server.kill();
  }
}

void main(String[] args) throws Exception {
  second *= args.length > 0 ? Double.parseDouble(args[0]) : 1;
  try (var group = loopOn("io_uring")) {
    group.spawn(this::show).get();
  }
}
