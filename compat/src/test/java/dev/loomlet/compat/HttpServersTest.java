package dev.loomlet.compat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * HTTP servers whose requests are all being answered at once, by code that waits; their clients are
 * on the same loop. Where threads become greenlets, servers keep pools of threads of their own.
 */
class HttpServersTest {
  private static final List<String> ANSWERS =
      IntStream.range(0, Proof.CALLS).mapToObj(each -> "answer/" + each).toList();
  private static final int BACKLOG = 2 * Proof.CALLS;

  /** More threads than there are calls, since servers take some for themselves. */
  private static final int MANY = 2 * Proof.CALLS;

  /** What an answer waits for: that all have asked. */
  private final CyclicBarrier everybody = new CyclicBarrier(Proof.CALLS);

  private byte[] answerTo(String path) throws IOException {
    try {
      everybody.await(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IOException("not everybody asked", e);
    }
    return ("answer" + path).getBytes(UTF_8);
  }

  private static List<String> askAtOnce(int port) throws Exception {
    return Proof.callAtOnce(
        number -> {
          URI uri = URI.create("http://127.0.0.1:" + port + "/" + number);
          HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
          connection.setReadTimeout(60_000);
          try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), UTF_8);
          }
        });
  }

  @Test
  void httpServer() throws Exception {
    Proof.hold(
        "the JDK's HttpServer",
        ANSWERS,
        here -> {
          HttpServer server =
              HttpServer.create(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
          ExecutorService threads = Proof.THREADS ? Executors.newFixedThreadPool(MANY) : null;
          server.createContext(
              "/",
              exchange -> {
                try (exchange) {
                  byte[] body = answerTo(exchange.getRequestURI().getPath());
                  exchange.sendResponseHeaders(200, body.length);
                  exchange.getResponseBody().write(body);
                }
              });
          server.setExecutor(threads == null ? here : threads);
          server.start();
          try (threads) {
            return askAtOnce(server.getAddress().getPort());
          } finally {
            server.stop(0);
          }
        });
  }

  @Test
  void jetty() throws Exception {
    Proof.hold(
        "Jetty",
        ANSWERS,
        here -> {
          // By itself it answers 200 at once.
          Server server =
              new Server(Proof.THREADS ? new QueuedThreadPool(MANY) : new VirtualThreadPool(MANY));
          ServerConnector connector = new ServerConnector(server);
          connector.setHost("127.0.0.1");
          connector.setAcceptQueueSize(BACKLOG);
          connector.setIdleTimeout(60_000);
          server.addConnector(connector);
          server.setHandler(new JettyHandler());
          server.start();
          try {
            return askAtOnce(connector.getLocalPort());
          } finally {
            server.stop();
          }
        });
  }

  private final class JettyHandler extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      byte[] body = answerTo(Request.getPathInContext(request));
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
      response.write(true, ByteBuffer.wrap(body), callback);
      return true;
    }
  }

  @Test
  void tomcat(@TempDir Path folder) throws Exception {
    Proof.hold("Tomcat", ANSWERS, here -> askTomcat(folder, here));
  }

  private List<String> askTomcat(Path folder, Executor here) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setSilent(true);
    tomcat.setBaseDir(folder.toString());
    tomcat.setHostname("127.0.0.1");
    tomcat.setPort(0);
    AbstractHttp11Protocol<?> protocol =
        (AbstractHttp11Protocol<?>) tomcat.getConnector().getProtocolHandler();
    protocol.setAddress(InetAddress.getLoopbackAddress());
    protocol.setAcceptCount(BACKLOG);
    if (Proof.THREADS) {
      protocol.setMaxThreads(MANY);
    } else {
      // Its own threads accept and select.
      protocol.setExecutor(here);
    }
    StandardContext context = (StandardContext) tomcat.addContext("", folder.toString());
    // It would warn that it may not look into the JDK.
    context.setClearReferencesRmiTargets(false);
    Tomcat.addServlet(context, "answers", new Answers()).addMapping("/");
    tomcat.start();
    try {
      return askAtOnce(tomcat.getConnector().getLocalPort());
    } finally {
      tomcat.stop();
      tomcat.destroy();
    }
  }

  @SuppressWarnings("serial")
  private final class Answers extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      byte[] body = answerTo(request.getServletPath());
      response.setContentLength(body.length);
      response.getOutputStream().write(body);
    }
  }
}
