package dev.loomlet.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.loomlet.Greenlet;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.sync.Semaphore;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The JDK's HTTP clients and server, which nobody here wrote, on one loop. */
class PatchedHttpTest {
  private static final int CALLS = 1_000;

  @BeforeAll
  static void patch() {
    Patch.all();
  }

  /** Answers a call with what stands behind the path, after all of a crowd have called. */
  private static final class Server {
    final HttpServer server;
    private final Semaphore everybodyIsHere = new Semaphore(0);
    private int here;

    Server() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 2_000);
      server.createContext("/", this::answer);
      // Its dispatcher is a platform thread, so virtual threads of its own would be on no loop.
      server.setExecutor(Loop.current());
      server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
      if (++here == CALLS) {
        everybodyIsHere.release(CALLS);
      }
      everybodyIsHere.acquire();
      byte[] body = ("answer" + exchange.getRequestURI().getPath()).getBytes(UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    }

    URI uri(int number) {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + number);
    }
  }

  /** Makes one call and returns the body of the answer. */
  @FunctionalInterface
  private interface Call {
    String answer(URI uri) throws Exception;
  }

  private static void callAtOnce(Call call) throws Exception {
    Loomlet.run(
        () ->
            Loomlet.withTimeout(
                Duration.ofSeconds(120),
                () -> {
                  Server server = new Server();
                  try {
                    List<Greenlet<String>> calls = new ArrayList<>();
                    for (int i = 0; i < CALLS; i++) {
                      URI uri = server.uri(i);
                      calls.add(Loomlet.spawn(() -> call.answer(uri)));
                    }
                    for (int i = 0; i < CALLS; i++) {
                      assertThat(calls.get(i).get()).isEqualTo("answer/" + i);
                    }
                  } finally {
                    server.server.stop(0);
                  }
                }));
  }

  @Test
  void aThousandCallsByHttpUrlConnection() throws Exception {
    callAtOnce(
        uri -> {
          HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
          connection.setReadTimeout(100_000);
          try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), UTF_8);
          }
        });
  }

  @Test
  void aThousandCallsByHttpClient() throws Exception {
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    try {
      callAtOnce(
          uri ->
              client
                  .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                  .body());
    } finally {
      client.shutdownNow();
    }
  }
}
