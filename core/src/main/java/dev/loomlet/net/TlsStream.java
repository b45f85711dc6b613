package dev.loomlet.net;

import dev.loomlet.AsyncResult;
import dev.loomlet.Loomlet;
import dev.loomlet.Loop;
import dev.loomlet.engine.StreamSocket;
import dev.loomlet.wait.OnLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A connection that speaks TLS over another one; Python's {@code SSLSocket}, trio's {@code
 * SSLStream}. The handshake is over when a method here returns one.
 *
 * {@snippet :
 * try (TlsStream stream = TlsStream.connect("example.org", 443)) {
 *   stream.write("GET / HTTP/1.0\r\nHost: example.org\r\n\r\n".getBytes(UTF_8));
 *   byte[] page = stream.inputStream().readAllBytes();
 * }
 * }
 *
 * <p>It is used as any {@link SocketStream}, with these differences. {@link #shutdownOutput} sends
 * TLS's close_notify, and so waits while the peer is slow; in TLS 1.2 the peer then ends its side,
 * too. A connection that ends without close_notify was cut off by somebody, and reading says so by
 * an {@code SSLException}. {@link #close} sends close_notify if that can be done without waiting. A
 * write that is cancelled or times out may have sent a part of a record, so nothing can be written
 * after it; reading goes on. Cancelled reads lose nothing.
 *
 * <p>What takes long in a handshake is done on helper threads. While it waits, a connection holds
 * no buffer of ours, except for the part of a record that has come.
 */
public final class TlsStream extends SocketStream {
  private final SSLEngine engine;

  private TlsStream(Loop loop, TlsSocket socket) {
    super(loop, socket);
    this.engine = socket.engine();
  }

  /**
   * Connects by TCP and shakes hands as a client that trusts whom the system trusts. Waits.
   *
   * @param host name or address; the server's certificate must be for it
   * @param port 0 to 65535
   * @throws java.net.ConnectException if nobody listens there
   * @throws java.net.UnknownHostException if the name cannot be resolved
   * @throws java.net.SocketTimeoutException if connecting or the handshake takes more than 10 s
   * @throws SSLPeerUnverifiedException if the certificate is for another host
   * @throws javax.net.ssl.SSLException if the two do not agree otherwise, with the reason
   */
  public static TlsStream connect(String host, int port) throws IOException {
    // The first time reads and parses all the system's certificates.
    AsyncResult<TlsOptions> options = Loomlet.runInExecutor(TlsOptions::defaults);
    options.join();
    Throwable e = options.exception();
    if (e != null) {
      throw new IOException("the system's trusted certificates cannot be read", e);
    }
    return connect(host, port, TlsOptions.defaults());
  }

  /**
   * As {@link #connect(String, int)}, with options; their time-out is for each of the two steps.
   */
  public static TlsStream connect(String host, int port, TlsOptions options) throws IOException {
    long nanos = options.handshakeTimeoutNanos();
    TcpStream stream =
        nanos == 0
            ? TcpStream.connect(host, port)
            : TcpStream.connect(host, port, Duration.ofNanos(nanos));
    return client(stream, host, options);
  }

  /**
   * Shakes hands as a client on a connection that exists, as after STARTTLS or through a proxy.
   * Waits. The stream belongs to the result from then on and is closed if this fails.
   *
   * @param stream at which nobody reads or writes
   * @param host for whom the server's certificate must be
   * @throws java.net.SocketTimeoutException if it takes longer than the options allow
   * @throws SSLPeerUnverifiedException if the certificate is for another host
   * @throws javax.net.ssl.SSLException if the two do not agree otherwise, with the reason
   */
  public static TlsStream client(SocketStream stream, String host, TlsOptions options)
      throws IOException {
    Objects.requireNonNull(host);
    Objects.requireNonNull(options);
    return OnLoop.call(
        stream.loop(),
        () -> {
          StreamSocket socket = stream.socket();
          int port = socket.remoteAddress() instanceof InetSocketAddress inet ? inet.getPort() : 0;
          SSLEngine engine = options.clientEngine(host, port);
          return new TlsStream(
              stream.loop(), new TlsHandshake(stream.loop(), socket, engine, options, host).run());
        });
  }

  /**
   * Shakes hands as a server on a connection that exists. Waits. The stream belongs to the result
   * from then on and is closed if this fails.
   *
   * @param stream at which nobody reads or writes; nothing that came before TLS may be left unread
   *     in a buffer above it
   * @param options with an identity
   * @throws java.net.SocketTimeoutException if it takes longer than the options allow
   * @throws javax.net.ssl.SSLException if the two do not agree, with the reason
   * @throws IllegalArgumentException if the options have no identity
   */
  public static TlsStream server(SocketStream stream, TlsOptions options) throws IOException {
    options.requireIdentity();
    return OnLoop.call(
        stream.loop(),
        () -> {
          StreamSocket socket = stream.socket();
          String peer =
              switch (socket.remoteAddress()) {
                case InetSocketAddress inet -> Addresses.text(inet);
                case UnixDomainSocketAddress _ -> "a local client";
                default -> "a client";
              };
          return new TlsStream(
              stream.loop(),
              new TlsHandshake(stream.loop(), socket, options.serverEngine(), options, peer).run());
        });
  }

  /** What was agreed to speak inside TLS, such as {@code h2}; null if that was not talked about. */
  public @Nullable String applicationProtocol() {
    String name = engine.getApplicationProtocol();
    return name == null || name.isEmpty() ? null : name;
  }

  /** The version that is spoken, such as {@code TLSv1.3}. */
  public String protocol() {
    return engine.getSession().getProtocol();
  }

  /** The cipher suite, such as {@code TLS_AES_256_GCM_SHA384}. */
  public String cipherSuite() {
    return engine.getSession().getCipherSuite();
  }

  /**
   * The host that the client has asked for, on either side; null if it has named none, as for an
   * address.
   */
  public @Nullable String serverName() {
    return IdentityManager.askedFor(engine.getSession());
  }

  /**
   * Who the other side is: its certificate first, then its issuer's and so on.
   *
   * @return empty if it has shown none, as most clients
   */
  public List<X509Certificate> peerCertificates() {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate each : engine.getSession().getPeerCertificates()) {
        chain.add((X509Certificate) each);
      }
    } catch (SSLPeerUnverifiedException e) {
      // It has shown none.
    }
    return List.copyOf(chain);
  }

  /** What the JDK knows of the connection. */
  public SSLSession session() {
    return engine.getSession();
  }

  @Override
  public <T> TlsStream setOption(SocketOption<T> option, T value) throws IOException {
    super.setOption(option, value);
    return this;
  }
}
