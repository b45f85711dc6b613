package dev.loomlet.net;

import static dev.loomlet.Loomlet.runInExecutor;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.loomlet.AsyncResult;
import dev.loomlet.Greenlet;
import dev.loomlet.io.StreamReader;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Timeout;

/** TLS with others: the JDK's sockets on threads, openssl, curl. */
@Timeout(60)
final class TlsPeersTest {
  private static final List<String> VERSIONS = List.of("TLSv1.2", "TLSv1.3");

  private static SSLContext jdk() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    char[] password = "x".toCharArray();
    store.setKeyEntry(
        "me",
        Pem.privateKey(Tls.key("server")),
        password,
        Pem.certificates(Tls.pem("server")).toArray(X509Certificate[]::new));
    store.setCertificateEntry("ca", Pem.certificates(Tls.pem("ca")).getFirst());
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, password);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static byte[] data() {
    byte[] data = new byte[300_000];
    new Random(1).nextBytes(data);
    return data;
  }

  @OnEveryEngine
  void servesTheJdksSockets(TestLoop loop) throws Exception {
    SSLContext context = jdk();
    for (String version : VERSIONS) {
      loop.run(
          () -> {
            StreamServer server =
                StreamServer.builder(
                        stream -> {
                          byte[] all = stream.inputStream().readNBytes(300_000);
                          stream.write(all);
                        })
                    .bind("127.0.0.1", 0)
                    .tls(Tls.SERVER)
                    .start();
            AsyncResult<byte[]> client =
                runInExecutor(
                    () -> {
                      try (SSLSocket socket =
                          (SSLSocket)
                              context.getSocketFactory().createSocket("127.0.0.1", server.port())) {
                        socket.setEnabledProtocols(new String[] {version});
                        socket.getOutputStream().write(data());
                        return socket.getInputStream().readAllBytes();
                      }
                    });
            assertThat(client.get()).isEqualTo(data());
            server.close();
          });
    }
  }

  @OnEveryEngine
  void isServedByTheJdksSockets(TestLoop loop) throws Exception {
    SSLContext context = jdk();
    for (String version : VERSIONS) {
      try (SSLServerSocket listener =
          (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0)) {
        listener.setEnabledProtocols(new String[] {version});
        loop.run(
            () -> {
              AsyncResult<?> serving =
                  runInExecutor(
                      () -> {
                        try (SSLSocket socket = (SSLSocket) listener.accept()) {
                          byte[] all = socket.getInputStream().readNBytes(300_000);
                          socket.getOutputStream().write(all);
                        }
                        return null;
                      });
              try (TlsStream client =
                  TlsStream.connect("127.0.0.1", listener.getLocalPort(), Tls.CLIENT)) {
                Greenlet<byte[]> reader = spawn(() -> client.inputStream().readAllBytes());
                client.write(data());
                assertThat(reader.get()).isEqualTo(data());
                assertThat(client.protocol()).isEqualTo(version);
              }
              serving.get();
            });
      }
    }
  }

  /** A program that is talked to by lines. */
  private static final class Program implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final BufferedWriter in;
    private final List<String> said = new ArrayList<>();

    Program(String... command) throws IOException {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
      out = process.inputReader(StandardCharsets.UTF_8);
      in = process.outputWriter(StandardCharsets.UTF_8);
    }

    static void assumeThere(String name) {
      boolean there = false;
      for (String folder : System.getenv("PATH").split(":")) {
        there |= Files.isExecutable(Path.of(folder, name));
      }
      assumeThat(there).as("there is no " + name + " here; apt install " + name).isTrue();
    }

    void say(String line) throws IOException {
      in.write(line + "\n");
      in.flush();
    }

    /** Waits for a line that fits. */
    Matcher hear(String pattern) throws IOException {
      Pattern wanted = Pattern.compile(pattern);
      for (String line; (line = out.readLine()) != null; ) {
        said.add(line);
        Matcher matcher = wanted.matcher(line);
        if (matcher.find()) {
          return matcher;
        }
      }
      throw new IOException("it ended without '" + pattern + "': " + said);
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      out.close();
      try {
        in.close();
      } catch (IOException e) {
        // It has ended before it was told everything.
      }
    }
  }

  private static StreamServer upperCaser(TlsOptions options) throws IOException {
    return StreamServer.builder(
            stream -> {
              StreamReader reader = new StreamReader(stream);
              for (String line; (line = reader.readLine()) != null; ) {
                stream.write(text(line.toUpperCase(Locale.ROOT) + "\n"));
              }
            })
        .bind("127.0.0.1", 0)
        .tls(options)
        .start();
  }

  @OnEveryEngine
  void servesOpensslWithNewKeysAndWhatNot(TestLoop loop) throws Exception {
    Program.assumeThere("openssl");
    loop.run(
        () -> {
          StreamServer server =
              upperCaser(
                  Tls.identified(Tls.trusting("ca"), "server")
                      .applicationProtocols("upper")
                      .clientAuthentication(ClientAuthentication.NEED)
                      .build());
          AsyncResult<String> conversation =
              runInExecutor(
                  () -> {
                    try (Program client =
                        new Program(
                            "openssl",
                            "s_client",
                            "-connect",
                            server.address(),
                            "-CAfile",
                            Tls.pem("ca").toString(),
                            "-cert",
                            Tls.pem("client").toString(),
                            "-key",
                            Tls.key("client").toString(),
                            "-verify_return_error",
                            "-verify_hostname",
                            "localhost",
                            "-alpn",
                            "upper")) {
                      client.hear("ALPN protocol: upper");
                      client.hear("Verify return code: 0");
                      client.say("before");
                      client.hear("BEFORE");
                      for (int i = 0; i < 3; i++) {
                        client.say("K"); // new keys, please, and use new ones yourself
                        client.hear("KEYUPDATE");
                        client.say("after " + i);
                        client.hear("AFTER " + i);
                      }
                      client.say("k"); // new keys here only
                      client.hear("KEYUPDATE");
                      client.say("last");
                      return client.hear("LAST").group();
                    }
                  });
          assertThat(conversation.get()).isEqualTo("LAST");
          server.close();
        });
  }

  @OnEveryEngine
  void refusesToRenegotiate(TestLoop loop) throws Exception {
    Program.assumeThere("openssl");
    loop.run(
        () -> {
          StreamServer server = upperCaser(Tls.SERVER);
          AsyncResult<String> conversation =
              runInExecutor(
                  () -> {
                    try (Program client =
                        new Program(
                            "openssl", "s_client", "-tls1_2", "-connect", server.address())) {
                      client.hear("Verify return code");
                      client.say("before");
                      client.hear("BEFORE");
                      client.say("R");
                      client.hear("RENEGOTIATING");
                      return client.hear("(?i)error|closed|alert").group();
                    }
                  });
          assertThat(conversation.get()).isNotEmpty();
          server.close();
        });
  }

  @OnEveryEngine
  void isServedByOpenssl(TestLoop loop) throws Exception {
    Program.assumeThere("openssl");
    for (String version : List.of("-tls1_2", "-tls1_3")) {
      loop.run(
          () -> {
            try (Program server =
                new Program(
                    "openssl",
                    "s_server",
                    "-accept",
                    "127.0.0.1:0",
                    "-naccept",
                    "1",
                    "-cert",
                    Tls.pem("rsa").toString(),
                    "-key",
                    Tls.key("rsa").toString(),
                    version,
                    "-rev")) {
              AsyncResult<Integer> port =
                  runInExecutor(() -> Integer.parseInt(server.hear("ACCEPT .*:(\\d+)").group(1)));
              try (TlsStream client = TlsStream.connect("127.0.0.1", port.get(), Tls.CLIENT)) {
                client.write(text("reverse\n"));
                assertThat(new StreamReader(client).readLine()).isEqualTo("esrever");
              }
            }
          });
    }
  }

  @OnEveryEngine
  void servesCurl(TestLoop loop) throws Exception {
    Program.assumeThere("curl");
    loop.run(
        () -> {
          StreamServer server =
              StreamServer.builder(
                      stream -> {
                        new StreamReader(stream).readUntil(text("\r\n\r\n"), 10_000);
                        stream.write(
                            text(
                                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
                                    + "Connection: close\r\n\r\nhello"));
                      })
                  .bind("127.0.0.1", 0)
                  .tls(Tls.SERVER)
                  .start();
          String url = "https://localhost:" + server.port() + "/";
          String resolve = "localhost:" + server.port() + ":127.0.0.1";
          AsyncResult<String> good =
              runInExecutor(
                  () -> {
                    try (Program curl =
                        new Program(
                            "curl",
                            "-sS",
                            "--noproxy",
                            "*",
                            "--resolve",
                            resolve,
                            "--cacert",
                            Tls.pem("ca").toString(),
                            url)) {
                      return curl.hear("hello").group();
                    }
                  });
          AsyncResult<String> bad =
              runInExecutor(
                  () -> {
                    try (Program curl =
                        new Program("curl", "-sS", "--noproxy", "*", "--resolve", resolve, url)) {
                      return curl.hear("curl: \\((\\d+)\\)").group(1);
                    }
                  });
          assertThat(good.get()).isEqualTo("hello");
          assertThat(bad.get()).isEqualTo("60"); // a certificate that it cannot verify
          server.close();
        });
  }
}
