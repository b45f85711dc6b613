package dev.loomlet.compat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
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
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** HTTP clients, against a server on threads of its own that answers when all have asked. */
class HttpClientsTest {
  private static final List<String> ANSWERS =
      IntStream.range(0, Proof.CALLS).mapToObj(each -> "answer/" + each).toList();
  private static final CyclicBarrier EVERYBODY = new CyclicBarrier(Proof.CALLS);

  private static HttpServer server;
  private static ExecutorService serving;

  @BeforeAll
  static void startServer() throws IOException {
    serving = Executors.newVirtualThreadPerTaskExecutor();
    server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 2 * Proof.CALLS);
    server.createContext("/", HttpClientsTest::answer);
    server.setExecutor(serving);
    server.start();
  }

  @AfterAll
  static void stopServer() {
    server.stop(0);
    serving.shutdownNow();
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      EVERYBODY.await(60, TimeUnit.SECONDS);
      byte[] body = ("answer" + exchange.getRequestURI().getPath()).getBytes(UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IOException("not everybody asked", e);
    }
  }

  private static URI uri(int number) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + number);
  }

  @Test
  void httpUrlConnection() throws Exception {
    Proof.hold(
        "HttpURLConnection",
        ANSWERS,
        here ->
            Proof.callAtOnce(
                number -> {
                  HttpURLConnection connection =
                      (HttpURLConnection) uri(number).toURL().openConnection();
                  connection.setReadTimeout(60_000);
                  try (InputStream in = connection.getInputStream()) {
                    return new String(in.readAllBytes(), UTF_8);
                  }
                }));
  }

  @Test
  void httpClient() throws Exception {
    Proof.hold(
        "java.net.http.HttpClient",
        ANSWERS,
        here -> {
          try (HttpClient client =
              HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(here).build()) {
            return Proof.callAtOnce(
                number ->
                    client
                        .send(
                            HttpRequest.newBuilder(uri(number)).build(),
                            HttpResponse.BodyHandlers.ofString())
                        .body());
          }
        });
  }

  @Test
  void apacheHttpClient() throws Exception {
    Proof.hold(
        "Apache HttpClient 5",
        ANSWERS,
        here -> {
          try (CloseableHttpClient client =
              HttpClients.custom()
                  .setConnectionManager(
                      PoolingHttpClientConnectionManagerBuilder.create()
                          .setMaxConnTotal(Proof.CALLS)
                          .setMaxConnPerRoute(Proof.CALLS)
                          .build())
                  .build()) {
            return Proof.callAtOnce(
                number ->
                    client.execute(
                        new HttpGet(uri(number)),
                        response -> EntityUtils.toString(response.getEntity())));
          }
        });
  }

  @Test
  void okHttp() throws Exception {
    Proof.hold(
        "OkHttp",
        ANSWERS,
        here -> {
          ConnectionPool pool = new ConnectionPool(Proof.CALLS, 1, TimeUnit.MINUTES);
          OkHttpClient client =
              new OkHttpClient.Builder()
                  .connectionPool(pool)
                  .readTimeout(Duration.ofSeconds(60))
                  .build();
          try {
            return Proof.callAtOnce(
                number -> {
                  Request request = new Request.Builder().url(uri(number).toURL()).build();
                  try (Response response = client.newCall(request).execute()) {
                    return response.body().string();
                  }
                });
          } finally {
            pool.evictAll();
          }
        });
  }
}
