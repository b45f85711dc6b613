/// I/O multiplexing: select, poll, epoll, and a selector with callbacks in its keys.
///
/// One call waits for many sockets. The same server is run on Loomlet's engines `select`, `poll`
/// and `epoll`; each works, and select cannot have a descriptor above 1,023.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Action;
import dev.loomlet.LoopGroup;
import dev.loomlet.LoopOptions;
import dev.loomlet.engine.Engines;
import dev.loomlet.io.EventSelector;
import dev.loomlet.net.SocketStream;
import dev.loomlet.net.StreamServer;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;

static final int MANY = 1_100;

void serve(SocketStream client) throws IOException {
  byte[] data = new byte[100];
  for (int count; (count = client.read(data)) > 0; ) {
    client.write(new String(data, 0, count).toUpperCase(Locale.ROOT).getBytes());
  }
}

String ask(int port, String text) throws IOException {
  try (var stream = TcpStream.connect("127.0.0.1", port)) {
    stream.write(text.getBytes());
    byte[] reply = new byte[100];
    int count = stream.read(reply);
    return new String(reply, 0, count);
  }
}

void serveThree() throws Exception {
  try (var server = StreamServer.builder(this::serve).bind("127.0.0.1", 0).start()) {
    var asking =
        Stream.of("one", "two", "three")
            .map(text -> spawn(() -> ask(server.port(), text)))
            .toList();
    IO.println("  replies " + gather(asking));
  }
}

/// Has more descriptors open than select can have.
void openMany() {
  List<TcpListener> open = new ArrayList<>();
  try {
    while (open.size() < MANY) {
      open.add(TcpListener.bind("127.0.0.1", 0));
    }
    IO.println("  " + MANY + " sockets at once");
  } catch (IOException e) {
    IO.println("  stopped before " + MANY + " sockets: " + e.getMessage());
  } finally {
    open.forEach(TcpListener::close);
  }
}

void onEngine(String engine) throws Exception {
  LoopOptions options;
  try {
    options = LoopOptions.defaults().withEngine(Engines.byName(engine));
  } catch (IllegalArgumentException e) {
    IO.println(e.getMessage());
    return;
  }
  IO.println("engine " + engine);
  try (var group = LoopGroup.start(1, options)) {
    group.spawn(this::serveThree).get();
    group.spawn(this::openMany).get();
  }
}

/// A server without a greenlet for each client: what to do stands in the key's data.
record Callbacks(EventSelector<Action> selector) {
  void accept(TcpListener listener) throws IOException {
    TcpStream client = listener.accept();
    selector.register(client, EventSelector.READ, () -> read(client));
  }

  void read(TcpStream client) throws IOException {
    byte[] data = new byte[1024];
    int count = client.read(data);
    if (count < 0) {
      selector.unregister(client);
      client.close();
      return;
    }
    client.write(new String(data, 0, count).toUpperCase(Locale.ROOT).getBytes());
  }

  void serve(TcpListener listener) throws Exception {
    selector.register(listener, EventSelector.READ, () -> accept(listener));
    while (true) {
      for (var event : selector.select()) {
        Action callback = event.key().data();
        callback.run();
      }
    }
  }
}

void byCallbacks() throws Exception {
  try (var selector = EventSelector.<Action>open();
      var listener = TcpListener.bind("127.0.0.1", 0)) {
    var server = spawn(() -> new Callbacks(selector).serve(listener));
    var asking =
        Stream.of("four", "five", "six").map(text -> spawn(() -> ask(listener.port(), text)));
    IO.println("selector with callbacks");
    IO.println("  replies " + gather(asking.toList()));
    server.kill();
  }
}

void main() throws Exception {
  for (String engine : List.of("select", "poll", "epoll")) {
    onEngine(engine);
  }
  byCallbacks();
}
