package dev.loomlet.net;

import static dev.loomlet.Loomlet.sleep;
import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loomlet.Greenlet;
import dev.loomlet.io.StreamReader;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the two sides of a TLS connection agree on. */
@Timeout(60)
final class TlsAgreementTest {

  @OnEveryEngine
  void anApplicationProtocolTheServersFirst(TestLoop loop) throws Exception {
    Tls.withPair(
        loop,
        Tls.trusting("ca").applicationProtocols("http/1.1", "h2").build(),
        Tls.identifiedBy("server").applicationProtocols("h2", "http/1.1").build(),
        (near, far) -> {
          assertThat(near.applicationProtocol()).isEqualTo("h2");
          assertThat(far.applicationProtocol()).isEqualTo("h2");
        });
    Tls.withPair(loop, (near, _) -> assertThat(near.applicationProtocol()).isNull());
  }

  @OnEveryEngine
  void theCertificateForTheNameThatTheClientAsksFor(TestLoop loop) throws Exception {
    TlsOptions server = Tls.identifiedBy("server", "other").build();
    for (String host : List.of("b.example", "x.c.example", "localhost", "127.0.0.1")) {
      Pair.withPair(
          loop,
          (near, far) -> {
            Greenlet<TlsStream> serving = spawn(() -> TlsStream.server(far, server));
            try (TlsStream client = TlsStream.client(near, host, Tls.CLIENT)) {
              assertThat(client.peerCertificates().getFirst().getSubjectX500Principal().getName())
                  .isEqualTo(host.endsWith("example") ? "CN=a.example" : "CN=localhost");
              assertThat(serving.get().serverName())
                  .isEqualTo(host.equals("127.0.0.1") ? null : host);
            }
          });
    }
  }

  @OnEveryEngine
  void theFirstCertificateForAnUnknownName(TestLoop loop) throws Exception {
    TlsOptions server = Tls.identifiedBy("other", "server").build();
    TlsOptions client = Tls.trusting("ca").withoutHostVerification().build();
    Pair.withPair(
        loop,
        (near, far) -> {
          Greenlet<TlsStream> serving = spawn(() -> TlsStream.server(far, server));
          try (TlsStream stream = TlsStream.client(near, "unknown.example", client)) {
            assertThat(CertificateNames.of(stream.peerCertificates().getFirst()))
                .contains("a.example");
            assertThat(serving.get().serverName()).isEqualTo("unknown.example");
          }
        });
  }

  @OnEveryEngine
  void whoTheClientIs(TestLoop loop) throws Exception {
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      Tls.withPair(
          loop,
          Tls.identified(Tls.trusting("ca"), "intruder", "client").protocols(version).build(),
          Tls.identified(Tls.trusting("ca"), "server")
              .clientAuthentication(ClientAuthentication.NEED)
              .build(),
          (near, far) -> {
            near.write(text("x"));
            assertThat(far.read(new byte[1])).isEqualTo(1);
            assertThat(far.peerCertificates().getFirst().getSubjectX500Principal().getName())
                .isEqualTo("CN=a client");
            assertThat(near.peerCertificates()).hasSize(1);
          });
    }
  }

  @OnEveryEngine
  void aClientThatNeedNotShowACertificate(TestLoop loop) throws Exception {
    Tls.withPair(
        loop,
        Tls.CLIENT,
        Tls.identified(Tls.trusting("ca"), "server")
            .clientAuthentication(ClientAuthentication.WANT)
            .build(),
        (_, far) -> assertThat(far.peerCertificates()).isEmpty());
  }

  /** Trusts everybody, and counts how often it is asked. */
  private static final class Counting extends X509ExtendedTrustManager {
    final AtomicInteger asked = new AtomicInteger();

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      asked.incrementAndGet();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  @OnEveryEngine
  void aSecondConnectionResumesTheSession(TestLoop loop) throws Exception {
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      loop.run(
          () -> {
            // given
            Counting trust = new Counting();
            TlsOptions client = TlsOptions.builder().trust(trust).protocols(version).build();
            StreamServer server =
                StreamServer.builder(stream -> stream.write(text("hi")))
                    .bind("127.0.0.1", 0)
                    .tls(Tls.SERVER)
                    .start();

            // when
            for (int i = 0; i < 4; i++) {
              try (TlsStream stream = TlsStream.connect("127.0.0.1", server.port(), client)) {
                assertThat(stream.inputStream().readAllBytes()).isEqualTo(text("hi"));
              }
            }

            // then: certificates were looked at for the first one only
            assertThat(trust.asked).as(version).hasValue(1);
            server.close();
          });
    }
  }

  @OnEveryEngine
  void startsInTheMiddleOfAPlainConversation(TestLoop loop) throws Exception {
    Pair.withPair(
        loop,
        (near, far) -> {
          // given: a server that offers STARTTLS
          Greenlet<String> serving =
              spawn(
                  () -> {
                    StreamReader lines = new StreamReader(far);
                    assertThat(lines.readLine()).isEqualTo("STARTTLS");
                    assertThat(lines.buffered()).isZero();
                    far.write(text("220 go ahead\r\n"));
                    try (TlsStream secure = TlsStream.server(far, Tls.SERVER)) {
                      return new StreamReader(secure).readLine();
                    }
                  });

          // when
          near.write(text("STARTTLS\r\n"));
          assertThat(new StreamReader(near).readLine()).isEqualTo("220 go ahead");
          try (TlsStream secure = TlsStream.client(near, "localhost", Tls.CLIENT)) {
            secure.write(text("a secret\r\n"));

            // then
            assertThat(serving.get()).isEqualTo("a secret");
          }
          assertThat(near.isOpen()).isFalse();
        });
  }

  @OnEveryEngine
  void aServerCountsHandshakesThatFail(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given
          List<String> served = new ArrayList<>();
          StreamServer server =
              StreamServer.builder(
                      stream -> {
                        served.add(new StreamReader(stream).readLine());
                        stream.write(text("done\n"));
                      })
                  .bind("127.0.0.1", 0)
                  .tls(Tls.SERVER)
                  .start();

          // when: somebody who speaks plain text, somebody who does not trust it, and a good one
          try (TcpStream plain = TcpStream.connect("127.0.0.1", server.port())) {
            plain.write(text("hello\n"));
            assertThatThrownBy(
                    () ->
                        TlsStream.connect(
                            "localhost", server.port(), Tls.trusting("stranger").build()))
                .isInstanceOf(SSLHandshakeException.class);
            while (server.failedHandshakes() < 2) {
              sleep(1);
            }
          }
          try (TlsStream good = TlsStream.connect("localhost", server.port(), Tls.CLIENT)) {
            good.write(text("good\n"));
            assertThat(new StreamReader(good).readLine()).isEqualTo("done");
          }

          // then
          assertThat(served).containsExactly("good");
          assertThat(server.failedHandshakes()).isEqualTo(2);
          server.close();
        });
    assertThat(loop.uncaught()).isEmpty();
  }

  @OnEveryEngine
  void aServerHangsUpOnClientsThatDoNotShakeHands(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          StreamServer server =
              StreamServer.builder(_ -> {})
                  .bind("127.0.0.1", 0)
                  .tls(Tls.identifiedBy("server").handshakeTimeout(Duration.ofMillis(30)).build())
                  .start();
          try (TcpStream silent = TcpStream.connect("127.0.0.1", server.port())) {
            assertThat(silent.read(new byte[1])).isEqualTo(-1);
          }
          assertThat(server.failedHandshakes()).isEqualTo(1);
          server.close();
        });
  }

  @Test
  void aKeyStoreSaysWhoOneIs(@TempDir Path folder) throws Exception {
    // given: a store as keytool makes it
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "me",
        Pem.privateKey(Tls.key("server")),
        "secret".toCharArray(),
        Pem.certificates(Tls.pem("server")).toArray(X509Certificate[]::new));
    store.setCertificateEntry("ca", Pem.certificates(Tls.pem("ca")).getFirst());
    Path file = folder.resolve("store.p12");
    try (var out = Files.newOutputStream(file)) {
      store.store(out, "secret".toCharArray());
    }
    KeyStore loaded = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      loaded.load(in, "secret".toCharArray());
    }

    // when / then
    Tls.withPair(
        TestLoop.standard(),
        TlsOptions.builder().trust(loaded).build(),
        TlsOptions.builder().identity(loaded, "secret".toCharArray()).build(),
        (near, far) -> {
          near.write(text("x"));
          assertThat(far.read(new byte[1])).isEqualTo(1);
        });
    assertThatThrownBy(() -> TlsOptions.builder().identity(loaded, "wrong".toCharArray()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("password");
  }

  @Test
  void aTrustManagerOfTheCallersOwnDecides() throws Exception {
    X509TrustManager nobody =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type)
              throws CertificateException {
            throw new CertificateException("I trust nobody");
          }

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    TlsOptions client = TlsOptions.builder().trust(nobody).build();
    assertThatThrownBy(() -> Tls.withPair(TestLoop.standard(), client, Tls.SERVER, (_, _) -> {}))
        .hasMessageContaining("I trust nobody");
  }

  @OnEveryEngine
  void theLoopGoesOnWhileCertificatesAreChecked(TestLoop loop) throws Exception {
    loop.run(
        () -> {
          // given: a check that takes until the loop has turned ten times
          CountDownLatch turns = new CountDownLatch(10);
          X509TrustManager patient = new Patient(turns);
          TlsOptions client = TlsOptions.builder().trust(patient).build();
          StreamServer server =
              StreamServer.builder(_ -> {}).bind("127.0.0.1", 0).tls(Tls.SERVER).start();
          Greenlet<TlsStream> connecting =
              spawn(() -> TlsStream.connect("127.0.0.1", server.port(), client));

          // when
          while (!connecting.isDone()) {
            sleep(1);
            turns.countDown();
          }

          // then
          connecting.get().close();
          server.close();
        });
  }

  /** Accepts every chain when the latch lets it. */
  private record Patient(CountDownLatch latch) implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      try {
        if (!latch.await(20, TimeUnit.SECONDS)) {
          throw new CertificateException("the loop stands still");
        }
      } catch (InterruptedException e) {
        throw new CertificateException(e);
      }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
