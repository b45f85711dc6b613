/// Five pages fetched at once by the JDK's HTTP clients: url, status and length of each.
///
/// A greenlet for each page makes a blocking call, first of `HttpClient`, then of
/// `HttpURLConnection`; both know nothing of Loomlet, and make only that greenlet wait. The pages
/// come from a server in this program, which takes 0.4 s to 1.2 s for them. An argument scales the
/// times.

import static dev.loomlet.Loomlet.*;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.loomlet.Greenlet;
import java.net.HttpURLConnection;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

double second = 1000;

/** A page of the server; one without a length is not found. */
record Page(String path, double seconds, int length) {}

final List<Page> pages =
    List.of(
        new Page("/search", 0.6, 2_381),
        new Page("/portal", 1.2, 245_600),
        new Page("/market/index", 0.8, 167_440),
        new Page("/shop", 0.4, 113_043),
        new Page("/gone", 0.5, 0));

/** What came of a request. */
record Answer(String url, int status, int length) {}

HttpServer startServer() throws IOException {
  var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 10);
  server.setExecutor(Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory()));
  for (Page page : pages) {
    server.createContext(page.path(), exchange -> send(exchange, page));
  }
  server.start();
  return server;
}

void send(HttpExchange exchange, Page page) throws IOException {
  try (exchange) {
    Thread.sleep(Math.round(page.seconds() * second));
    boolean found = page.length() > 0;
    exchange.sendResponseHeaders(found ? 200 : 404, found ? page.length() : -1);
    exchange.getResponseBody().write(new byte[page.length()]);
  } catch (InterruptedException e) {
    Thread.currentThread().interrupt();
  }
}

Answer fetch(HttpClient client, String url) throws Exception {
  var response =
      client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofByteArray());
  return new Answer(response.uri().toString(), response.statusCode(), response.body().length);
}

Answer fetch(String url) throws IOException {
  var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
  int status = connection.getResponseCode();
  try (var body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
    int length = body == null ? 0 : body.readAllBytes().length;
    return new Answer(connection.getURL().toString(), status, length);
  }
}

/** One of the JDK's clients. */
interface Fetcher {
  Answer fetch(String url) throws Exception;
}

void fetchAll(String client, String site, Fetcher fetcher) throws Exception {
  IO.println("by " + client);
  List<Greenlet<Answer>> fetches = new ArrayList<>();
  for (Page page : pages) {
    fetches.add(spawn(() -> fetcher.fetch(site + page.path())));
  }
  for (var fetch : fetches) {
    Answer answer = fetch.get();
    IO.println("url=" + answer.url() + " status=" + answer.status() + " length=" + answer.length());
  }
}

void main(String[] args) throws Exception {
  second *= args.length > 0 ? Double.parseDouble(args[0]) : 1;
  var server = startServer();
  String site = "http://127.0.0.1:" + server.getAddress().getPort();
  long start = System.nanoTime();
  try (var client = HttpClient.newHttpClient()) {
    fetchAll("HttpClient", site, url -> fetch(client, url));
    fetchAll("HttpURLConnection", site, url -> fetch(url));
    IO.println("took " + (System.nanoTime() - start) / 1_000_000 + " ms");
  } finally {
    server.stop(0);
  }
}
