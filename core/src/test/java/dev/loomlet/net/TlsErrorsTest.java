package dev.loomlet.net;

import static dev.loomlet.Loomlet.spawn;
import static dev.loomlet.net.Pair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.loomlet.Greenlet;
import dev.loomlet.testing.OnEveryEngine;
import dev.loomlet.testing.TestLoop;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong is said so that one can mend it. */
@Timeout(60)
final class TlsErrorsTest {

  /** What each side got: an exception, or null if it agreed. */
  private record Outcome(Throwable client, Throwable server) {}

  private static Outcome shakeHands(
      TestLoop loop, String host, TlsOptions.Builder client, TlsOptions.Builder server)
      throws Exception {
    TlsOptions ofClient = client.build();
    TlsOptions ofServer = server.build();
    Throwable[] caught = new Throwable[2];
    Pair.withPair(
        loop,
        (near, far) -> {
          Greenlet<?> serving =
              spawn(
                  () -> {
                    caught[1] =
                        catchThrowable(
                            () -> {
                              try (TlsStream stream = TlsStream.server(far, ofServer)) {
                                stream.write(text("hello"));
                                stream.read(new byte[1]);
                              }
                            });
                  });
          caught[0] =
              catchThrowable(
                  () -> {
                    try (TlsStream stream = TlsStream.client(near, host, ofClient)) {
                      stream.read(new byte[5]);
                    }
                  });
          serving.get();
          assertThat(near.isOpen()).isFalse();
          assertThat(far.isOpen()).isFalse();
        });
    return new Outcome(caught[0], caught[1]);
  }

  @OnEveryEngine
  void aCertificateForAnotherHost(TestLoop loop) throws Exception {
    Outcome outcome = shakeHands(loop, "localhost", Tls.trusting("ca"), Tls.identifiedBy("other"));

    assertThat(outcome.client)
        .isInstanceOf(SSLPeerUnverifiedException.class)
        .hasMessage(
            "the certificate of localhost is for a.example, b.example, *.c.example, not for"
                + " localhost")
        .hasCauseInstanceOf(SSLException.class);
    assertThat(outcome.server)
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("refused: certificate_unknown")
        .hasMessageContaining("does not accept our certificate");
  }

  @OnEveryEngine
  void anExpiredCertificate(TestLoop loop) throws Exception {
    Outcome outcome =
        shakeHands(loop, "localhost", Tls.trusting("ca"), Tls.identifiedBy("expired"));

    assertThat(outcome.client)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessage("the certificate of localhost expired on 2021-02-03T04:05:06Z");
  }

  @OnEveryEngine
  void aCertificateThatIsNotValidYet(TestLoop loop) throws Exception {
    Outcome outcome = shakeHands(loop, "localhost", Tls.trusting("ca"), Tls.identifiedBy("future"));

    assertThat(outcome.client)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("is not valid before 2100-01-01T00:00:00Z")
        .hasMessageContaining("clock");
  }

  @OnEveryEngine
  void anIssuerWhomNobodyTrusts(TestLoop loop) throws Exception {
    Outcome outcome =
        shakeHands(loop, "localhost", Tls.trusting("ca"), Tls.identifiedBy("intruder"));

    assertThat(outcome.client)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("was issued by CN=Somebody else's CA")
        .hasMessageContaining("TlsOptions.Builder.trust");
  }

  @OnEveryEngine
  void theSystemDoesNotTrustAStranger(TestLoop loop) throws Exception {
    Outcome outcome =
        shakeHands(loop, "localhost", TlsOptions.builder(), Tls.identifiedBy("stranger"));

    assertThat(outcome.client)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("signed by itself (CN=Somebody else's CA)");
  }

  @OnEveryEngine
  void noVersionInCommon(TestLoop loop) throws Exception {
    Outcome outcome =
        shakeHands(
            loop,
            "localhost",
            Tls.trusting("ca").protocols("TLSv1.2"),
            Tls.identifiedBy("server").protocols("TLSv1.3"));

    assertThat(outcome.client)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("no TLS version in common; offered were TLSv1.2");
    assertThat(outcome.server)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("no TLS version in common")
        .hasMessageContaining("here are TLSv1.3");
  }

  @OnEveryEngine
  void noCipherInCommon(TestLoop loop) throws Exception {
    Outcome outcome =
        shakeHands(
            loop,
            "localhost",
            Tls.trusting("ca").ciphers("TLS_AES_128_GCM_SHA256").protocols("TLSv1.3"),
            Tls.identifiedBy("server").ciphers("TLS_AES_256_GCM_SHA384").protocols("TLSv1.3"));

    assertThat(outcome.client)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("refused: handshake_failure")
        .hasMessageContaining("no cipher suite is in common");
    assertThat(outcome.server)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("no cipher suite in common")
        .hasMessageContaining("TLS_AES_256_GCM_SHA384");
  }

  @OnEveryEngine
  void noApplicationProtocolInCommon(TestLoop loop) throws Exception {
    Outcome outcome =
        shakeHands(
            loop,
            "localhost",
            Tls.trusting("ca").applicationProtocols("h2"),
            Tls.identifiedBy("server").applicationProtocols("http/1.1"));

    assertThat(outcome.client)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("no application protocol in common; offered were h2");
    assertThat(outcome.server)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("no application protocol in common")
        .hasMessageContaining("http/1.1");
  }

  @OnEveryEngine
  void aClientWithoutTheCertificateThatIsNeeded(TestLoop loop) throws Exception {
    for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
      Outcome outcome =
          shakeHands(
              loop,
              "localhost",
              Tls.trusting("ca").protocols(version),
              Tls.identified(Tls.trusting("ca"), "server")
                  .clientAuthentication(ClientAuthentication.NEED));

      assertThat(outcome.client).as(version).isInstanceOf(SSLException.class);
      assertThat(outcome.client.getMessage()).contains("certificate").contains("of us");
      assertThat(outcome.server)
          .isInstanceOf(SSLHandshakeException.class)
          .hasMessageContaining("has shown no certificate, and one is required");
    }
  }

  @OnEveryEngine
  void aClientWhoseCertificateHasExpired(TestLoop loop) throws Exception {
    Outcome outcome =
        shakeHands(
            loop,
            "localhost",
            Tls.identified(Tls.trusting("ca"), "expired"),
            Tls.identified(Tls.trusting("ca"), "server")
                .clientAuthentication(ClientAuthentication.WANT));

    assertThat(outcome.server)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessage("the peer's certificate expired on 2021-02-03T04:05:06Z");
    assertThat(outcome.client)
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("does not accept our certificate");
  }

  @OnEveryEngine
  void aNameThatTheServerDoesNotKnow(TestLoop loop) throws Exception {
    Outcome outcome =
        shakeHands(
            loop,
            "unknown.example",
            Tls.trusting("ca"),
            Tls.identifiedBy("server", "other").refuseUnknownNames());

    assertThat(outcome.client)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("it has no certificate for unknown.example");
    assertThat(outcome.server)
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("asked for a host that no certificate here is for");
  }

  @OnEveryEngine
  void aPeerThatSpeaksPlainText(TestLoop loop) throws Exception {
    Pair.withPair(
        loop,
        (near, far) -> {
          far.write(text("220 mail.example ready\r\n"));
          assertThatThrownBy(() -> TlsStream.client(near, "localhost", Tls.CLIENT))
              .isInstanceOf(SSLHandshakeException.class)
              .hasMessage(
                  "the other side does not speak TLS: it began with"
                      + " \"220 mail.example ready\\r\\n\"");
        });
    Pair.withPair(
        loop,
        (near, far) -> {
          near.write(text("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
          assertThatThrownBy(() -> TlsStream.server(far, Tls.SERVER))
              .isInstanceOf(SSLHandshakeException.class)
              .hasMessageContaining("it began with \"GET / HTTP/1.1\\r\\nHost");
        });
  }

  @OnEveryEngine
  void aPeerThatHangsUp(TestLoop loop) throws Exception {
    Pair.withPair(
        loop,
        (near, far) -> {
          far.shutdownOutput();
          assertThatThrownBy(() -> TlsStream.client(near, "localhost", Tls.CLIENT))
              .isInstanceOf(SSLHandshakeException.class)
              .hasMessageContaining("closed the connection during the TLS handshake");
        });
  }

  @OnEveryEngine
  void aPeerThatSaysNothing(TestLoop loop) throws Exception {
    TlsOptions hasty = Tls.trusting("ca").handshakeTimeout(Duration.ofMillis(30)).build();
    Pair.withPair(
        loop,
        (near, _) ->
            assertThatThrownBy(() -> TlsStream.client(near, "localhost", hasty))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("the TLS handshake with localhost timed out after 30 ms"));
  }

  @OnEveryEngine
  void aRecordThatWasTamperedWith(TestLoop loop) throws Exception {
    Pair.withPair(
        loop,
        (near, far) -> {
          Greenlet<TlsStream> serving = spawn(() -> TlsStream.server(far, Tls.SERVER));
          try (TlsStream client = TlsStream.client(near, "localhost", Tls.CLIENT);
              TlsStream server = serving.get()) {
            // when: what looks like application data, but nobody has encrypted it
            byte[] record = new byte[45];
            System.arraycopy(new byte[] {23, 3, 3, 0, 40}, 0, record, 0, 5);
            far.write(record);

            // then
            assertThatThrownBy(() -> client.read(new byte[1]))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("damaged or tampered with");
            assertThatThrownBy(() -> server.read(new byte[1]))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("bad_record_mac");
            assertThatThrownBy(() -> client.read(new byte[1])).isInstanceOf(SSLException.class);
            assertThatThrownBy(() -> client.write(new byte[1])).isInstanceOf(IOException.class);
          }
        });
  }

  @Test
  void filesThatDoNotFit(@TempDir Path folder) {
    TlsOptions.Builder builder = TlsOptions.builder();
    assertThatThrownBy(() -> builder.identity(Tls.pem("server"), Tls.key("other")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not belong to the first certificate")
        .hasMessageContaining("CN=localhost");
    assertThatThrownBy(() -> builder.identity(Tls.pem("server"), Tls.key("rsa")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.identity(Tls.pem("server"), Tls.key("sec1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt");
    assertThatThrownBy(() -> builder.identity(Tls.key("server"), Tls.key("server")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no certificate in PEM form");
    assertThatThrownBy(() -> builder.identity(Tls.pem("server"), Tls.pem("server")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no private key in PEM form");
    assertThatThrownBy(() -> builder.trust(folder.resolve("none.pem")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void optionsThatMakeNoSense() {
    assertThatThrownBy(() -> StreamServer.builder(_ -> {}).tls(Tls.CLIENT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("identity(chain, key)");
    assertThatThrownBy(
            () ->
                Tls.identifiedBy("server").clientAuthentication(ClientAuthentication.WANT).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trust");
    assertThatThrownBy(() -> TlsOptions.builder().protocols("TLSv9").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TLSv9");
    assertThatThrownBy(() -> TlsOptions.builder().ciphers("ROT13").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ROT13");
    assertThatThrownBy(() -> TlsOptions.builder().handshakeTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
