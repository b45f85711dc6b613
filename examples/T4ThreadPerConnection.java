/// Upper-casing TCP server that accepts by hand and starts a greenlet or a thread for each client.
///
/// The two forms differ in two lines. `--threads` is the classic one, with the JDK's own sockets;
/// there each client costs a thread of the operating system.
///
///     ./loomlet run examples/T4ThreadPerConnection.java [PORT] [--threads]

import static dev.loomlet.Loomlet.*;

import dev.loomlet.net.TcpListener;

final AtomicInteger clients = new AtomicInteger();

void acceptByGreenlets(int port) throws IOException {
  try (var listener = TcpListener.bind("127.0.0.1", port)) {
    IO.println("listening on 127.0.0.1:" + listener.port());
    while (true) {
      var client = listener.accept();
      spawn(() -> serve(client, client.inputStream(), client.outputStream()));
    }
  }
}

void acceptByThreads(int port) throws IOException {
  try (var listener = new ServerSocket(port, 1024, InetAddress.ofLiteral("127.0.0.1"))) {
    IO.println("listening on 127.0.0.1:" + listener.getLocalPort());
    while (true) {
      var client = listener.accept();
      var in = client.getInputStream();
      var out = client.getOutputStream();
      Thread.ofPlatform().start(() -> serve(client, in, out));
    }
  }
}

void serve(AutoCloseable client, InputStream in, OutputStream out) {
  IO.println("clients at once: " + clients.incrementAndGet());
  try (client) {
    byte[] data = new byte[1024];
    for (int n; (n = in.read(data)) > 0; ) {
      for (int i = 0; i < n; i++) {
        data[i] = (byte) Character.toUpperCase(data[i]);
      }
      out.write(data, 0, n);
    }
  } catch (Exception e) {
    IO.println("a client has gone: " + e.getMessage());
  } finally {
    clients.decrementAndGet();
  }
}

void main(String[] args) {
  var words = new ArrayList<>(List.of(args));
  boolean threads = words.remove("--threads");
  try {
    int port = words.isEmpty() ? 8080 : Integer.parseInt(words.getFirst());
    if (threads) {
      acceptByThreads(port);
    } else {
      acceptByGreenlets(port);
    }
  } catch (NumberFormatException e) {
    fail("the port must be a number, not " + words.getFirst());
  } catch (IOException | IllegalArgumentException e) {
    fail(e.getMessage());
  }
}

void fail(String why) {
  System.err.println("T4ThreadPerConnection: " + why);
  System.exit(1);
}
