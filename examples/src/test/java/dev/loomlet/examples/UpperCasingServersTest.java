package dev.loomlet.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loomlet.examples.Example.Ended;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Rows T4 and C10 of the course: one server in three forms, and its many clients. */
class UpperCasingServersTest {

  /** A form of the server: which program, and with which argument behind the port. */
  record Form(String name, List<String> option) {
    Example start(int port) {
      return start(List.of(), Integer.toString(port));
    }

    Example start(List<String> prefix, String port) {
      List<String> args = new ArrayList<>(List.of(port));
      args.addAll(option);
      return Example.startUnder(prefix, name, args.toArray(String[]::new));
    }

    @Override
    public String toString() {
      return String.join(" ", name, String.join(" ", option)).strip();
    }
  }

  static final Form GREENLETS = new Form("C10EchoServer", List.of());
  static final List<Form> FORMS =
      List.of(
          GREENLETS,
          new Form("T4ThreadPerConnection", List.of()),
          new Form("T4ThreadPerConnection", List.of("--threads")));

  private static Example server;

  private final List<Socket> sockets = new ArrayList<>();

  @BeforeAll
  static void startServer() {
    server = GREENLETS.start(0);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @AfterEach
  void closeSockets() throws IOException {
    for (Socket each : sockets) {
      each.close();
    }
  }

  private Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(30_000);
    sockets.add(socket);
    return socket;
  }

  private static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes());
  }

  private static String hear(Socket socket, int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length));
  }

  @ParameterizedTest
  @FieldSource("FORMS")
  void servesManyClientsAtOnceAndRightly(Form form) throws Exception {
    try (Example own = form.start(0)) {
      int port = own.port();

      // when a hundred are connected, and speak in turn, the last one first
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        clients.add(connect(port));
      }
      // then each hears its own words
      for (int i = clients.size() - 1; i >= 0; i--) {
        say(clients.get(i), "I am client " + i);
        String expected = "I AM CLIENT " + i;
        assertThat(hear(clients.get(i), expected.length())).isEqualTo(expected);
      }
      if (!form.equals(GREENLETS)) {
        own.awaitOutput("clients at once: 100\n");
      }

      // when one of them vanishes without a word
      clients.getFirst().setSoLinger(true, 0);
      clients.getFirst().close();
      // then the others do not notice
      say(clients.getLast(), "still there?");
      assertThat(hear(clients.getLast(), 12)).isEqualTo("STILL THERE?");

      // when every byte there is arrives in two pieces, and then the end
      Socket last = clients.getLast();
      byte[] all = new byte[256];
      for (int i = 0; i < all.length; i++) {
        all[i] = (byte) i;
      }
      last.getOutputStream().write(all, 0, 100);
      byte[] upper = last.getInputStream().readNBytes(100);
      last.getOutputStream().write(all, 100, 156);
      last.shutdownOutput();
      // then only the small letters are changed, and the end comes back, too
      byte[] rest = last.getInputStream().readAllBytes();
      byte[] expected = all.clone();
      for (int c = 'a'; c <= 'z'; c++) {
        expected[c] = (byte) (c - 'a' + 'A');
      }
      assertThat(upper).isEqualTo(Arrays.copyOf(expected, 100));
      assertThat(rest).isEqualTo(Arrays.copyOfRange(expected, 100, 256));
    }
  }

  @Test
  void nothingIsLostWithFiveHundredThreadsAndAThousandGreenletsAsClients() {
    // when
    String port = Integer.toString(server.port());
    Ended threads = Example.run("C10Clients", port, "500", "20", "--threads");
    Ended greenlets = Example.run("C10Clients", port, "1000", "20");
    // then
    assertThat(threads.err()).isEmpty();
    assertThat(threads.out())
        .startsWith("500 threads, 20 messages each\n10000 replies right, 0 wrong, 0 lost, ");
    assertThat(threads.exitCode()).isZero();
    assertThat(greenlets.err()).isEmpty();
    assertThat(greenlets.out())
        .startsWith("1000 greenlets, 20 messages each\n20000 replies right, 0 wrong, 0 lost, ");
    assertThat(greenlets.exitCode()).isZero();
  }

  @Test
  void clientsWithoutAServerReportThatEverythingIsLost() throws IOException {
    // when
    Ended ended = Example.run("C10Clients", Integer.toString(unusedPort()), "3", "5");
    // then
    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.out()).contains("0 replies right, 0 wrong, 15 lost");
    assertThat(ended.err()).matches("C10Clients: cannot connect to .*: connection refused\n");
  }

  @Test
  void netcatIsServed() throws Exception {
    assumeTrue(installed("nc"), "nc is not installed");
    try (Example server = GREENLETS.start(0)) {
      // given
      Process nc = new ProcessBuilder("nc", "127.0.0.1", Integer.toString(server.port())).start();
      try (BufferedReader replies = nc.inputReader()) {
        // when
        nc.outputWriter().append("hello from netcat\n").flush();
        // then
        assertThat(replies.readLine()).isEqualTo("HELLO FROM NETCAT");
      } finally {
        nc.destroyForcibly();
      }
    }
  }

  @Test
  void aClientBeyondTheLimitIsServedWhenAnotherOneLeaves() throws Exception {
    try (Example limited = Example.start("C10EchoServer", "0", "1")) {
      // given
      int port = limited.port();
      Socket first = connect(port);
      say(first, "first");
      assertThat(hear(first, 5)).isEqualTo("FIRST");
      Socket second = connect(port);
      say(second, "second");
      // then it waits
      second.setSoTimeout(300);
      assertThatThrownBy(() -> hear(second, 6)).isInstanceOf(SocketTimeoutException.class);
      // when
      first.close();
      // then
      second.setSoTimeout(30_000);
      assertThat(hear(second, 6)).isEqualTo("SECOND");
    }
  }

  @ParameterizedTest
  @FieldSource("FORMS")
  void aPortThatIsNoneOrIsTakenIsReportedInOneLine(Form form) throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String takenPort = Integer.toString(taken.getLocalPort());
      // when
      try (Example word = form.start(List.of(), "abc");
          Example large = form.start(List.of(), "70000");
          Example inUse = form.start(List.of(), takenPort)) {
        // then
        assertIsOneLine(form, word.end(), "number");
        assertIsOneLine(form, large.end(), "port");
        assertIsOneLine(form, inUse.end(), "address already in use");
      }
    }
  }

  @ParameterizedTest
  @FieldSource("FORMS")
  void aPortThatNeedsARightIsReportedInOneLine(Form form) throws IOException {
    // given
    Path limit = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    assumeTrue(
        // By lines, because the kernel gives this file out in one piece and readString asks in two.
        Files.exists(limit) && Integer.parseInt(Files.readAllLines(limit).getFirst()) > 80,
        "every user may listen on port 80 here");
    boolean root = System.getProperty("user.name").equals("root");
    assumeTrue(!root || installed("setpriv"), "setpriv is needed to give up root's right");
    List<String> prefix = root ? List.of("setpriv", "--bounding-set=-net_bind_service") : List.of();
    // when
    try (Example refused = form.start(prefix, "80")) {
      // then
      assertIsOneLine(form, refused.end(), "permission denied");
    }
  }

  private static void assertIsOneLine(Form form, Ended ended, String why) {
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).startsWith(form.name() + ": ").containsOnlyOnce("\n");
    assertThat(ended.err().toLowerCase(Locale.ROOT)).contains(why);
    assertThat(ended.exitCode()).isEqualTo(1);
  }

  static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private static boolean installed(String command) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
  }
}
