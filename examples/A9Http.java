/// HTTP without holding up the loop: the JDK's own blocking server and client, and a ticker.
///
/// What Python needs `aiohttp` for. Ten pages of 0.5 s each are fetched at once by
/// `HttpURLConnection` from an `HttpServer` on the same loop; both block, as they always did, and
/// only the greenlet that calls them waits. An argument scales the times.

import static dev.loomlet.Loomlet.*;

import com.sun.net.httpserver.HttpServer;
import dev.loomlet.Greenlet;
import dev.loomlet.Loop;
import java.net.HttpURLConnection;

int ticks;

void tick() {
  while (true) {
    sleep(10);
    ticks++;
  }
}

HttpServer startServer(long millis) throws IOException {
  var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
  // Each request is answered by a greenlet.
  server.setExecutor(Loop.current());
  server.createContext(
      "/",
      exchange -> {
        try (exchange) {
          sleep(millis);
          byte[] page = ("page " + exchange.getRequestURI().getPath()).getBytes();
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
        }
      });
  server.start();
  return server;
}

String fetch(String url) throws IOException {
  var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
  try (var in = connection.getInputStream()) {
    return connection.getResponseCode() + " " + new String(in.readAllBytes());
  }
}

void main(String[] args) throws Exception {
  double scale = args.length > 0 ? Double.parseDouble(args[0]) : 1;
  var server = startServer(Math.round(500 * scale));
  var ticker = spawn(this::tick);
  long start = System.nanoTime();
  List<Greenlet<String>> pages = new ArrayList<>();
  for (int i = 1; i <= 10; i++) {
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/" + i;
    pages.add(spawn(() -> fetch(url)));
  }
  for (var page : pages) {
    IO.println(page.get());
  }
  long millis = (System.nanoTime() - start) / 1_000_000;
  IO.println("others went on: " + (ticks > 2));
  IO.println("took " + millis + " ms");
  ticker.kill();
  server.stop(0);
}
