/// The calls sock_connect, sock_sendall and sock_recv: a client and a server on sockets.
///
/// In Python an ordinary socket call would hold up the loop, so there are others, of the loop, for
/// `await`. Here the socket's own calls make only their greenlet wait. Three clients at once, each
/// of which asks three times; the server takes a fifth of a second for a reply. An argument scales
/// the times.

import static dev.loomlet.Loomlet.*;

import dev.loomlet.Greenlet;
import dev.loomlet.net.TcpListener;
import dev.loomlet.net.TcpStream;

double second = 1000;

/** A client as in the course, closed by the block around it. */
record Client(TcpStream stream) implements AutoCloseable {
  static Client connect(int port) throws IOException {
    return new Client(TcpStream.connect("127.0.0.1", port)); // loop.sock_connect(socket, address)
  }

  void send(String text) throws IOException {
    stream.write(text.getBytes()); // loop.sock_sendall(socket, data): all of it
  }

  String receive() throws IOException {
    byte[] data = new byte[1024];
    int count = stream.read(data); // loop.sock_recv(socket, 1024): what there is
    return count < 0 ? "" : new String(data, 0, count);
  }

  @Override
  public void close() {
    stream.close();
  }
}

void serve(TcpStream stream) throws IOException {
  try (var client = new Client(stream)) {
    for (String text; !(text = client.receive()).isEmpty(); ) {
      sleep(Math.round(0.2 * second));
      client.send(text.toUpperCase(Locale.ROOT));
    }
  }
}

void acceptAll(TcpListener listener) throws IOException {
  while (true) {
    TcpStream stream = listener.accept(); // loop.sock_accept(socket)
    spawn(() -> serve(stream));
  }
}

List<String> talk(int port, String name) throws IOException {
  List<String> replies = new ArrayList<>();
  try (Client client = Client.connect(port)) {
    for (String word : List.of("abc", "loom", "let")) {
      client.send(name + " " + word);
      replies.add(client.receive());
    }
  }
  return replies;
}

void main(String[] args) throws Exception {
  second *= args.length > 0 ? Double.parseDouble(args[0]) : 1;
  try (var listener = TcpListener.bind("127.0.0.1", 0)) {
    var server = spawn(() -> acceptAll(listener));
    long start = System.nanoTime();
    List<Greenlet<List<String>>> clients = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      clients.add(spawn(() -> talk(listener.port(), name)));
    }
    for (var client : clients) {
      IO.println(client.get());
    }
    IO.println("took " + (System.nanoTime() - start) / 1_000_000 + " ms");
    server.kill();
  }
}
