/// Signal-driven I/O: the kernel sends a signal when a socket is ready, and nobody asks before.
///
/// Loomlet's engine `signal` has each socket send a real-time signal (F_SETSIG), and its loop
/// sleeps until one is there. A signal says which descriptor it is about; when too many wait, the
/// kernel drops them and sends SIGIO instead, and the engine looks at all descriptors once. Works
/// on Linux. Here 200 clients ask at the same moment. An argument says how many instead.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Greenlet;
import dev.loomlet.LoopGroup;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Engines;
import dev.loomlet.net.SocketStream;
import dev.loomlet.net.StreamServer;
import dev.loomlet.net.TcpStream;

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

void serve(SocketStream client) throws IOException {
  byte[] data = new byte[100];
  for (int count; (count = client.read(data)) > 0; ) {
    client.write(new String(data, 0, count).toUpperCase(Locale.ROOT).getBytes());
  }
}

String ask(TcpStream stream, String text) throws IOException {
  stream.write(text.getBytes());
  byte[] reply = new byte[100];
  int count = stream.read(reply);
  return new String(reply, 0, count);
}

void show(int clients) throws Exception {
  try (var server = StreamServer.builder(this::serve).bind("127.0.0.1", 0).start()) {
    List<TcpStream> streams = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      streams.add(TcpStream.connect("127.0.0.1", server.port()));
    }
    List<Greenlet<String>> asking = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      String text = "client " + i;
      TcpStream stream = streams.get(i);
      asking.add(spawn(() -> ask(stream, text)));
    }
    int right = 0;
    for (int i = 0; i < clients; i++) {
      right += asking.get(i).get().equals("CLIENT " + i) ? 1 : 0;
    }
    IO.println("client 0 got " + asking.getFirst().get());
    IO.println(right + " of " + clients + " replies right");
    streams.forEach(TcpStream::close);
  }
}

void main(String[] args) throws Exception {
  int clients = args.length > 0 ? Integer.parseInt(args[0]) : 200;
  try (var group = loopOn("signal")) {
    group.spawn(() -> show(clients)).get();
  }
}
