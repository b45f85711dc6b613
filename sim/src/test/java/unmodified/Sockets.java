package unmodified;

import static unmodified.Attempt.attempt;

import dev.loomlet.sim.SimOptions;
import dev.loomlet.sim.Simulation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;

/** Sockets of {@code java.net} in simulations. */
public final class Sockets {
  private static final int PORT = 7000;

  private Sockets() {}

  /** Prints. */
  public static void main(String[] unused) throws Exception {
    SSLContext keys = Keys.make();
    Answers.patch();
    Answers.print("tls", 1, sim -> Code.tls(sim, keys));
    Answers.print("own port", 1, _ -> Code.ownPort());
    Answers.print("echo", 1, Code::echo);
    System.out.println("trace: " + Channels.traces(Code::echo));
    Answers.print("times out", 1, Code::timesOut);
    Answers.print("nobody there", 1, Code::nobodyThere);
    Answers.print("closed meanwhile", 1, Code::closedMeanwhile);
    Answers.print("half closed", 1, Code::halfClosed);
    Answers.print("reset", 1, Code::reset);
    Answers.print("options", 1, _ -> Code.options());
    Answers.print("interrupted", 1, Code::interrupted);
    Answers.print("arrived", 1, Code::arrived);
    Answers.print("many", 1, Code::many);
    Answers.print("in use", 1, _ -> Code.inUse());
    Answers.print("http", 1, Code::http);
    Answers.print("left open", 1, _ -> new ServerSocket(PORT));
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket outside = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
      Answers.print("outside", 1, _ -> outside.getInputStream().read());
    }
    Code.leave();
    Answers.print("of another simulation", 1, _ -> Code.useLeft());
  }

  /** Loaded after the JVM was patched, as programs are. */
  private static final class Code {
    private static Socket left = new Socket();

    static void serve(Simulation sim) {
      sim.host("server")
          .start(
              () -> {
                try (ServerSocket listener = new ServerSocket(PORT)) {
                  while (true) {
                    Socket accepted = listener.accept();
                    new Thread(() -> echoTo(accepted)).start();
                  }
                }
              });
      sim.sleep(Duration.ofMillis(1));
    }

    private static void echoTo(Socket peer) {
      try (peer) {
        InputStream in = peer.getInputStream();
        in.transferTo(peer.getOutputStream());
      } catch (IOException e) {
        // The client has gone.
      }
    }

    static String echo(Simulation sim) throws Exception {
      serve(sim);
      try (Socket socket = new Socket("server", PORT)) {
        socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.UTF_8));
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        return reader.readLine()
            + " "
            + socket.getRemoteSocketAddress()
            + " "
            + socket.getLocalAddress()
            + " "
            + (socket.getLocalPort() > 0)
            + " "
            + (sim.time().compareTo(Duration.ofMillis(100)) < 0);
      }
    }

    static Object timesOut(Simulation sim) throws Exception {
      serve(sim);
      List<String> seen = new ArrayList<>();
      try (ServerSocket listener = new ServerSocket(0)) {
        listener.setSoTimeout(4000);
        seen.add(attempt(sim, listener::accept));
      }
      try (Socket socket = new Socket("server", PORT)) {
        socket.setSoTimeout(3000);
        seen.add(attempt(sim, socket.getInputStream()::read));
        socket.getOutputStream().write(65);
        seen.add("" + socket.getInputStream().read());
      }
      sim.network().partition(sim.host("alone"));
      try (Socket socket = new Socket()) {
        seen.add(
            attempt(
                sim,
                () -> {
                  socket.connect(new InetSocketAddress("alone", PORT), 2000);
                  return "connected";
                }));
        seen.add("" + socket.isClosed());
      }
      return seen;
    }

    static Object nobodyThere(Simulation sim) {
      sim.host("there");
      List<String> seen = new ArrayList<>();
      for (String host : List.of("there", "10.1.1.1", "nowhere")) {
        try (Socket socket = new Socket(host, PORT)) {
          seen.add("connected " + socket);
        } catch (IOException e) {
          seen.add(e.getClass().getSimpleName());
        }
      }
      return seen;
    }

    static Object closedMeanwhile(Simulation sim) throws Exception {
      serve(sim);
      sim.network().partition(sim.host("alone"));
      List<Object> seen = new ArrayList<>();
      ServerSocket listener = new ServerSocket(0);
      Socket reading = new Socket("server", PORT);
      Socket connecting = new Socket();
      InetSocketAddress alone = new InetSocketAddress("alone", PORT);
      try (ExecutorService pool = Executors.newCachedThreadPool()) {
        Future<String> accepted = pool.submit(() -> attempt(sim, listener::accept));
        Future<String> read = pool.submit(() -> attempt(sim, reading.getInputStream()::read));
        Future<String> second = pool.submit(() -> attempt(sim, reading.getInputStream()::read));
        Future<String> connected =
            pool.submit(
                () ->
                    attempt(
                        sim,
                        () -> {
                          connecting.connect(alone);
                          return "connected";
                        }));
        Thread.sleep(500);
        listener.close();
        reading.close();
        connecting.close();
        for (Future<String> each : List.of(accepted, read, second, connected)) {
          seen.add(each.get());
        }
      }
      return seen;
    }

    static Object halfClosed(Simulation sim) throws Exception {
      serve(sim);
      List<Object> seen = new ArrayList<>();
      try (Socket socket = new Socket("server", PORT)) {
        socket.getOutputStream().write("all of it".getBytes(StandardCharsets.UTF_8));
        socket.shutdownOutput();
        seen.add(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        seen.add(socket.isOutputShutdown());
        seen.add(attempt(sim, socket::getOutputStream));
      }
      try (Socket socket = new Socket("server", PORT)) {
        InputStream in = socket.getInputStream();
        socket.shutdownInput();
        seen.add(in.read());
      }
      return seen;
    }

    static Object reset(Simulation sim) throws Exception {
      return resetBy(sim, false) + " " + resetBy(sim, true);
    }

    /** Says that it will not linger before or after it connects. */
    private static String resetBy(Simulation sim, boolean before) throws IOException {
      try (ServerSocket listener = new ServerSocket(PORT);
          Socket client = new Socket()) {
        if (before) {
          client.setSoLinger(true, 0);
        }
        client.connect(new InetSocketAddress("localhost", PORT));
        if (!before) {
          client.setSoLinger(true, 0);
        }
        try (Socket server = listener.accept()) {
          client.close();
          return attempt(sim, server.getInputStream()::read).split(" ")[0];
        }
      }
    }

    static Object options() throws Exception {
      List<Object> seen = new ArrayList<>();
      try (ServerSocket listener = new ServerSocket(PORT);
          Socket socket = new Socket()) {
        seen.add(listener.getReuseAddress());
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        socket.setReuseAddress(true);
        socket.setSoLinger(true, 3);
        socket.setSoTimeout(100);
        socket.connect(listener.getLocalSocketAddress());
        seen.add(socket.getTcpNoDelay());
        seen.add(socket.getKeepAlive());
        seen.add(socket.getReuseAddress());
        seen.add(socket.getSoLinger());
        seen.add(socket.getSoTimeout());
        socket.setSoLinger(false, 0);
        seen.add(socket.getOption(StandardSocketOptions.SO_LINGER));
        seen.add(socket.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY));
        listener.accept().close();
      }
      return seen;
    }

    static Object interrupted(Simulation sim) throws Exception {
      serve(sim);
      List<Object> seen = new ArrayList<>();
      Socket socket = new Socket("server", PORT);
      Thread reader =
          new Thread(
              () -> {
                try {
                  seen.add(socket.getInputStream().read());
                } catch (IOException e) {
                  seen.add(e.getMessage());
                }
                seen.add(Thread.currentThread().isInterrupted());
              });
      reader.start();
      Thread.sleep(100);
      reader.interrupt();
      reader.join();
      seen.add(socket.isClosed());
      return seen;
    }

    static Object arrived(Simulation sim) throws Exception {
      serve(sim);
      List<Object> seen = new ArrayList<>();
      sim.network().fragmentation(0);
      try (Socket socket = new Socket("server", PORT)) {
        InputStream in = socket.getInputStream();
        seen.add(in.available());
        socket.getOutputStream().write(new byte[] {1, 2, 3});
        Thread.sleep(100);
        seen.add(in.available());
        seen.add(in.read());
        seen.add(in.available());
        seen.add(in.readNBytes(2).length);
        seen.add(in.available());
      }
      return seen;
    }

    static Object many(Simulation sim) throws Exception {
      serve(sim);
      List<Future<Integer>> sums = new ArrayList<>();
      int sum = 0;
      try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 20; i++) {
          sums.add(pool.submit(Code::sendMuch));
        }
        for (Future<Integer> each : sums) {
          sum += each.get();
        }
      }
      return sum;
    }

    private static int sendMuch() throws Exception {
      byte[] much = new byte[200_000];
      try (Socket socket = new Socket("server", PORT)) {
        Thread writer =
            Thread.startVirtualThread(
                () -> {
                  try {
                    OutputStream out = socket.getOutputStream();
                    out.write(much);
                    socket.shutdownOutput();
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                });
        int count = socket.getInputStream().readAllBytes().length;
        writer.join();
        return count;
      }
    }

    static Object inUse() throws Exception {
      try (ServerSocket first = new ServerSocket(PORT)) {
        try (ServerSocket second = new ServerSocket(PORT)) {
          return first + " " + second;
        } catch (IOException e) {
          return e.getClass().getSimpleName();
        }
      }
    }

    static Object tls(Simulation sim, SSLContext keys) throws Exception {
      sim.host("server")
          .start(
              () -> {
                try (ServerSocket listener =
                        keys.getServerSocketFactory().createServerSocket(PORT);
                    Socket accepted = listener.accept()) {
                  accepted.getInputStream().transferTo(accepted.getOutputStream());
                }
              });
      sim.sleep(Duration.ofMillis(1));
      try (Socket socket = keys.getSocketFactory().createSocket("server", PORT)) {
        socket.getOutputStream().write("secret".getBytes(StandardCharsets.UTF_8));
        byte[] answer = socket.getInputStream().readNBytes(6);
        return new String(answer, StandardCharsets.UTF_8);
      }
    }

    static Object ownPort() throws Exception {
      try (ServerSocket listener = new ServerSocket(PORT);
          Socket socket = new Socket()) {
        socket.bind(new InetSocketAddress(5000));
        socket.connect(listener.getLocalSocketAddress());
        return "connected";
      } catch (IOException e) {
        return e.getMessage();
      }
    }

    static Object http(Simulation sim) throws Exception {
      sim.host("web")
          .start(
              () -> {
                try (ServerSocket listener = new ServerSocket(80)) {
                  for (int i = 0; i < 2; i++) {
                    answer(listener.accept());
                  }
                }
              });
      sim.sleep(Duration.ofMillis(1));
      List<Object> seen = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        HttpURLConnection connection =
            (HttpURLConnection) URI.create("http://web/page").toURL().openConnection();
        try (InputStream in = connection.getInputStream()) {
          seen.add(connection.getResponseCode());
          seen.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
      }
      return seen;
    }

    private static void answer(Socket accepted) throws IOException {
      try (accepted) {
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(accepted.getInputStream(), StandardCharsets.UTF_8));
        String first = reader.readLine();
        for (String line = first; line != null && !line.isEmpty(); ) {
          line = reader.readLine();
        }
        String body = "you asked " + first;
        accepted
            .getOutputStream()
            .write(
                ("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                    .getBytes(StandardCharsets.UTF_8));
      }
    }

    /** Leaves a socket of a simulation behind. */
    static void leave() {
      Simulation.run(
          3,
          SimOptions.parse("leaksAllowed=true"),
          sim -> {
            serve(sim);
            left = new Socket("server", PORT);
            left.getOutputStream().write(1);
            left.getInputStream().read();
            left.close();
            left = new Socket();
            left.setSoTimeout(1);
          });
    }

    static Object useLeft() {
      try {
        left.connect(new InetSocketAddress("main", PORT));
        return "useful";
      } catch (IOException e) {
        return e.getMessage();
      }
    }
  }
}
