package unmodified;

import static unmodified.Attempt.attempt;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.loomlet.sim.Host;
import dev.loomlet.sim.Simulation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The JDK's HTTP client and server in simulations. */
public final class Http {
  private static final int PORT = 8000;

  private Http() {}

  /** Prints; with an argument, the hashes alone. */
  public static void main(String[] arguments) throws Exception {
    Answers.patch();
    if (arguments.length > 0) {
      System.out.println("hashes: " + hashes());
      System.exit(0);
    }
    Answers.print("send", 1, Code::send);
    Answers.print("side by side", 1, Code::sideBySide);
    System.out.println("trace: " + Channels.traces(Code::sideBySide));
    System.out.println("hashes: " + hashes());
    Answers.print("time-out", 1, Code::timesOut);
    Answers.print("nobody there", 1, Code::nobodyThere);
    Answers.print("partition", 1, Code::partition);
    Answers.print("large", 1, Code::large);
    Answers.print("nested", 1, Code::nested);
    Answers.print("left open", 1, Code::leftOpen);
    Answers.print("nobody stops it", 1, Code::notStopped);
    System.exit(0);
  }

  /** Of several seeds, to be compared with those of another JVM. */
  private static String hashes() {
    StringBuilder all = new StringBuilder();
    for (int seed = 1; seed <= 20; seed++) {
      all.append(Long.toHexString(Simulation.run(seed, Code::sideBySide).traceHash())).append(' ');
    }
    return all.toString();
  }

  /** Loaded after the JVM was patched, as programs are. */
  private static final class Code {
    private static Host serve(Simulation sim) {
      Host host = sim.host("server");
      host.start(
          () -> {
            HttpServer server = HttpServer.create(new InetSocketAddress(PORT), 0);
            server.createContext("/", Code::answer);
            ExecutorService workers = Executors.newCachedThreadPool();
            server.setExecutor(workers);
            server.start();
            try {
              sim.sleep(Duration.ofHours(1));
            } finally {
              server.stop(0);
              workers.shutdownNow();
            }
          });
      sim.sleep(Duration.ofMillis(1));
      return host;
    }

    private static void answer(HttpExchange exchange) throws IOException {
      byte[] asked = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      byte[] answer =
          path.equals("/large")
              ? new byte[1_000_000]
              : (exchange.getRequestMethod()
                      + ' '
                      + path
                      + ' '
                      + new String(asked, StandardCharsets.UTF_8))
                  .getBytes(StandardCharsets.UTF_8);
      if (path.equals("/slow")) {
        try {
          Thread.sleep(60_000);
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    }

    private static HttpRequest.Builder to(String path) {
      return HttpRequest.newBuilder(URI.create("http://server:" + PORT + path));
    }

    static String send(Simulation sim) throws Exception {
      serve(sim);
      try (HttpClient client = HttpClient.newHttpClient()) {
        HttpResponse<String> first =
            client.send(
                to("/page").POST(HttpRequest.BodyPublishers.ofString("body")).build(),
                BodyHandlers.ofString());
        HttpResponse<String> second = client.send(to("/next").build(), BodyHandlers.ofString());
        return first.statusCode() + " " + first.body() + ", " + second.body();
      }
    }

    static String sideBySide(Simulation sim) throws Exception {
      serve(sim);
      try (HttpClient client = HttpClient.newHttpClient()) {
        List<CompletableFuture<String>> asked = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          asked.add(
              client
                  .sendAsync(to("/" + i).build(), BodyHandlers.ofString())
                  .thenApply(HttpResponse::body));
        }
        List<String> answers = new ArrayList<>();
        for (CompletableFuture<String> each : asked) {
          answers.add(each.get().strip());
        }
        return answers.toString();
      }
    }

    static String timesOut(Simulation sim) {
      serve(sim);
      try (HttpClient client = HttpClient.newHttpClient()) {
        return attempt(
            sim,
            () ->
                client.send(
                    to("/slow").timeout(Duration.ofSeconds(3)).build(), BodyHandlers.ofString()));
      }
    }

    static String nobodyThere(Simulation sim) {
      sim.host("server");
      try (HttpClient client = HttpClient.newHttpClient()) {
        return attempt(sim, () -> client.send(to("/").build(), BodyHandlers.ofString()))
            .replaceAll(" .*", "");
      }
    }

    static String partition(Simulation sim) throws Exception {
      Host server = serve(sim);
      try (HttpClient client =
          HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
        sim.network().partition(server);
        String cut = attempt(sim, () -> client.send(to("/").build(), BodyHandlers.ofString()));
        sim.network().heal();
        return cut + ", " + client.send(to("/healed").build(), BodyHandlers.ofString()).body();
      }
    }

    static String large(Simulation sim) throws Exception {
      serve(sim);
      try (HttpClient client = HttpClient.newHttpClient()) {
        return "" + client.send(to("/large").build(), BodyHandlers.ofByteArray()).body().length;
      }
    }

    /** Asks again, and waits for it, while it takes the first answer. */
    static String nested(Simulation sim) throws Exception {
      serve(sim);
      try (HttpClient client = HttpClient.newHttpClient()) {
        List<String> inner = new ArrayList<>();
        HttpResponse<String> outer =
            client
                .sendAsync(
                    to("/outer").build(),
                    _ -> {
                      try {
                        inner.add(
                            client.send(to("/inner").build(), BodyHandlers.ofString()).body());
                      } catch (IOException | InterruptedException e) {
                        inner.add(e.toString());
                      }
                      return HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8);
                    })
                .get();
        return outer.body() + inner;
      }
    }

    /** A main method that returns, as most do, while its server goes on. */
    static String notStopped(Simulation sim) throws Exception {
      sim.host("server")
          .start(
              () -> {
                HttpServer server = HttpServer.create(new InetSocketAddress(PORT), 0);
                server.createContext("/", Code::answer);
                server.start();
              });
      sim.sleep(Duration.ofMillis(1));
      try (HttpClient client = HttpClient.newHttpClient()) {
        return client.send(to("/").build(), BodyHandlers.ofString()).body();
      }
    }

    static String leftOpen(Simulation sim) throws Exception {
      serve(sim);
      HttpClient client = HttpClient.newHttpClient();
      return client.send(to("/").build(), BodyHandlers.ofString()).body();
    }
  }
}
