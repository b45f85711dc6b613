package dev.loomlet.net;

import static dev.loomlet.Loomlet.runInExecutor;
import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.net.Pair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.loomlet.Loomlet;
import dev.loomlet.engine.Chunk;
import dev.loomlet.testing.ChildJvm;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** UDP and Unix sockets with other programs at the other end: nc, socat, Python, another JVM. */
@Timeout(120)
final class SocketsOfOthersTest {
  @TempDir Path folder;

  /** A program whose output is read by lines. */
  private static final class Program implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    Program(List<String> command) throws IOException {
      this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
      this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    static Program start(String... command) throws IOException {
      assumeTrue(isInstalled(command[0]), command[0] + " is not installed");
      return new Program(List.of(command));
    }

    private static boolean isInstalled(String program) {
      return Stream.of(System.getenv("PATH").split(":"))
          .anyMatch(each -> Files.isExecutable(Path.of(each, program)));
    }

    void type(String text) throws IOException {
      process.outputWriter(StandardCharsets.UTF_8).append(text).flush();
    }

    /** The next line, while the loop goes on. */
    String line() throws Exception {
      return runInExecutor(() -> String.valueOf(output.readLine())).get();
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      // Other tests need many descriptors.
      output.close();
      process.getOutputStream().close();
      process.getErrorStream().close();
    }
  }

  private static String upper(byte[] data) {
    return new String(data, StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
  }

  private static void serve(SocketStream stream) throws IOException {
    while (stream.receive() instanceof Chunk chunk) {
      try (chunk) {
        byte[] data = new byte[chunk.length()];
        chunk.buffer().get(data);
        stream.write(text(upper(data)));
      }
    }
  }

  @OnEveryEngine
  void ncTalksToAUdpSocket(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          try (UdpSocket socket = UdpSocket.bind("127.0.0.1", 0);
              Program nc = Program.start("nc", "-u", "127.0.0.1", "" + socket.port())) {
            nc.type("hello\n");
            Datagram question = socket.receive(Duration.ofSeconds(60));
            socket.send(text(upper(question.data())), question.sender());
            assertThat(nc.line()).isEqualTo("HELLO");
          }
        });
  }

  @OnEveryEngine
  void ncTalksToAServerOnAUnixSocket(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Path path = folder.resolve("s");
          try (StreamServer _ =
                  StreamServer.builder(SocketsOfOthersTest::serve).bind(path).start();
              Program nc = Program.start("nc", "-U", path.toString())) {
            nc.type("hello\n");
            assertThat(nc.line()).isEqualTo("HELLO");
            nc.type("again\n");
            assertThat(nc.line()).isEqualTo("AGAIN");
          }
        });
  }

  @OnEveryEngine
  void socatEchoesOverAUnixSocket(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          Path path = folder.resolve("s");
          try (Program _ = Program.start("socat", "UNIX-LISTEN:" + path, "EXEC:cat")) {
            while (!Files.exists(path)) {
              sleep(2);
            }
            UnixStream stream = connectPatiently(path);
            try (stream) {
              stream.write(text("through "), 0, 8);
              stream.write(text("socat"));
              stream.shutdownOutput();
              assertThat(stream.inputStream().readAllBytes()).isEqualTo(text("through socat"));
            }
          }
        });
  }

  /** The file is there a moment before somebody listens. */
  private static UnixStream connectPatiently(Path path) throws IOException {
    while (true) {
      try {
        return UnixStream.connect(path);
      } catch (java.net.ConnectException e) {
        sleep(2);
      }
    }
  }

  @OnEveryEngine
  void socatSendsDatagramsOverAUnixSocket(TestLoop loop) throws Exception {
    UnixDatagramSocketTest.run(
        loop,
        () -> {
          Path path = folder.resolve("d");
          Path client = folder.resolve("c");
          try (UnixDatagramSocket socket = UnixDatagramSocket.bind(path);
              Program socat =
                  Program.start("socat", "-", "UNIX-SENDTO:" + path + ",bind=" + client)) {
            socat.type("hello\n");
            UnixDatagram question = socket.receive(Duration.ofSeconds(60));
            assertThat(question.sender()).isEqualTo(client);
            socket.send(text(upper(question.data())), client);
            assertThat(socat.line()).isEqualTo("HELLO");
          }
        });
  }

  private static final String PYTHON =
      """
      import os, socket, sys
      us = socket.socket(socket.AF_UNIX)
      us.connect(sys.argv[1])
      data, fds, flags, address = socket.recv_fds(us, 100, 4)
      tcp = socket.socket(fileno=fds[0])
      tcp.setblocking(True)
      tcp.sendall(b'python got ' + data + b' and ' + os.read(fds[1], 100))
      answer = os.open(sys.argv[2], os.O_RDONLY)
      socket.send_fds(us, [b'a file'], [answer])
      """;

  @OnEveryEngine
  void pythonGetsAConnectionAndAFileAndPassesAFileBack(TestLoop loop) throws Exception {
    if (loop.engine().equals("nio")) {
      return;
    }
    Path script = Files.writeString(folder.resolve("script.py"), PYTHON);
    Path question = Files.writeString(folder.resolve("question"), "a question");
    Path answer = Files.writeString(folder.resolve("answer"), "an answer");
    loop.run(
        () -> {
          Path path = folder.resolve("s");
          try (UnixListener listener = UnixListener.bind(path);
              Program _ =
                  Program.start("python3", script.toString(), path.toString(), answer.toString());
              UnixStream python = listener.accept(Duration.ofSeconds(60));
              TcpListener tcp = TcpListener.bind("127.0.0.1", 0);
              TcpStream client = TcpStream.connect("127.0.0.1", tcp.port())) {
            assertThat(python.peerCredentials().pid())
                .isNotEqualTo(ProcessHandle.current().pid())
                .isPositive();
            try (TcpStream accepted = tcp.accept();
                FileInputStream file = new FileInputStream(question.toFile());
                PassedDescriptor connection = PassedDescriptor.of(accepted);
                PassedDescriptor toRead = PassedDescriptor.of(file.getFD())) {
              python.sendDescriptors(text("both"), connection, toRead);
            }
            assertThat(client.inputStream().readAllBytes())
                .isEqualTo(text("python got both and a question"));
            try (DescriptorMessage back =
                    Objects.requireNonNull(python.receiveDescriptors(100, 1));
                FileInputStream file = back.descriptors().getFirst().asInputStream()) {
              assertThat(back.data()).isEqualTo(text("a file"));
              assertThat(file.readAllBytes()).isEqualTo(text("an answer"));
            }
          }
        });
  }

  /** Takes a listener of TCP from its parent and serves one connection on it. */
  public static final class Worker {
    private Worker() {}

    public static void main(String[] args) throws Exception {
      Loomlet.run(
          () -> {
            try (UnixStream parent = UnixStream.connect(Path.of(args[0]));
                DescriptorMessage message =
                    Objects.requireNonNull(parent.receiveDescriptors(10, 1));
                TcpListener listener = message.descriptors().getFirst().asTcpListener();
                TcpStream client = listener.accept()) {
              serve(client);
              parent.write(text("served by " + ProcessHandle.current().pid()));
            }
          });
    }
  }

  @Test
  void aWorkerProcessAcceptsOnAListenerThatItWasPassed() throws Exception {
    assumeTrue(System.getProperty("os.name").startsWith("Linux"), "descriptors: Linux only");
    Path path = folder.resolve("control");
    TestLoop.standard()
        .run(
            () -> {
              try (UnixListener control =
                      UnixListener.bind(path, UnixOptions.DEFAULT.withMode(0600));
                  ChildJvm child = ChildJvm.start(Worker.class, path.toString());
                  UnixStream worker = control.accept(Duration.ofSeconds(60))) {
                assertThat(worker.peerCredentials().pid()).isEqualTo(child.pid());
                InetSocketAddress address;
                try (TcpListener listener = TcpListener.bind("127.0.0.1", 0);
                    PassedDescriptor passed = PassedDescriptor.of(listener)) {
                  address = listener.localAddress();
                  worker.sendDescriptors(text("l"), passed);
                }
                // nobody but the worker has it now
                try (TcpStream client = TcpStream.connect(address)) {
                  client.write(text("hello"));
                  client.shutdownOutput();
                  assertThat(client.inputStream().readAllBytes()).isEqualTo(text("HELLO"));
                }
                assertThat(worker.inputStream().readAllBytes())
                    .isEqualTo(text("served by " + child.pid()));
                assertThat(child.exitCode()).isZero();
              }
            });
  }
}
