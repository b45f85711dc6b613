package dev.loomlet.net;

import dev.loomlet.wait.Timeouts;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How to speak TLS: whom to trust, who one is, what to offer. Immutable; one object serves any
 * number of connections of clients and servers, on any loops. Python's {@code ssl.SSLContext}.
 *
 * {@snippet :
 * TlsOptions server = TlsOptions.builder()
 *     .identity(Path.of("chain.pem"), Path.of("key.pem"))
 *     .applicationProtocols("h2", "http/1.1")
 *     .build();
 * }
 *
 * <p>Connections of one object share the sessions that clients resume, so that a second connection
 * to a server needs no certificates: keep the object.
 */
public final class TlsOptions {
  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

  private final SSLContext context;
  private final boolean hasIdentity;
  private final List<String> applicationProtocols;
  private final List<String> protocols;
  private final List<String> ciphers;
  private final ClientAuthentication clientAuthentication;
  private final boolean hostVerified;
  private final boolean truncationAllowed;
  private final List<Identity> onlyFor;
  private final long handshakeTimeoutNanos;

  private TlsOptions(Builder builder) {
    this.context = builder.context();
    this.hasIdentity = builder.context != null || !builder.identities.isEmpty();
    this.applicationProtocols = builder.applicationProtocols;
    this.protocols = builder.protocols;
    this.ciphers = builder.ciphers;
    this.clientAuthentication = builder.clientAuthentication;
    this.hostVerified = builder.hostVerified;
    this.truncationAllowed = builder.truncationAllowed;
    this.onlyFor = builder.unknownRefused ? List.copyOf(builder.identities) : List.of();
    Duration timeout = builder.handshakeTimeout;
    this.handshakeTimeoutNanos = timeout == null ? 0 : Timeouts.toNanos(timeout);
  }

  private static final class Defaults {
    static final TlsOptions OPTIONS = builder().build();
  }

  /**
   * For clients: the system's trust, nothing else. The first call reads the system's certificates,
   * which may take 100 ms.
   */
  public static TlsOptions defaults() {
    return Defaults.OPTIONS;
  }

  /** Begins to describe options. */
  public static Builder builder() {
    return new Builder();
  }

  /** Describes options; {@link #build} makes them. */
  public static final class Builder {
    private final Trust trust = new Trust();
    private final List<Identity> identities = new ArrayList<>();
    private @Nullable SSLContext context;
    private List<String> applicationProtocols = List.of();
    private List<String> protocols = List.of();
    private List<String> ciphers = List.of();
    private ClientAuthentication clientAuthentication = ClientAuthentication.NONE;
    private boolean hostVerified = true;
    private boolean truncationAllowed;
    private boolean unknownRefused;
    private @Nullable Duration handshakeTimeout = HANDSHAKE_TIMEOUT;

    private Builder() {}

    /**
     * Trusts the certificates of a file, and whom they have issued certificates to. Without any
     * trust named the system's is taken, with any only what is named.
     *
     * @param pem one or more certificates in PEM form
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if there is no certificate in it
     */
    public Builder trust(Path pem) throws IOException {
      trust.add(Pem.certificates(pem));
      return this;
    }

    /** Trusts the certificates of a key store, as {@link #trust(Path)}. */
    public Builder trust(KeyStore store) {
      trust.add(store);
      return this;
    }

    /** Trusts whom the system trusts, besides those who are named. Reads a big file. */
    public Builder trustSystem() {
      trust.addSystem();
      return this;
    }

    /**
     * Leaves the decision to a trust manager. That the certificate is for the host is checked by
     * those that extend {@code X509ExtendedTrustManager} themselves.
     */
    public Builder trust(X509TrustManager manager) {
      trust.leaveTo(Objects.requireNonNull(manager));
      return this;
    }

    /**
     * Says who one is: needed by servers, and by clients of servers that ask. Several may be named;
     * a server takes the one whose certificate is for the name that the client asks for, else the
     * first one.
     *
     * @param chain in PEM form, the own certificate first, then its issuer's and so on
     * @param key in PEM form, of PKCS #8 ({@code -----BEGIN PRIVATE KEY-----})
     * @throws IOException if a file cannot be read
     * @throws IllegalArgumentException if a file has not what it should, or the two do not belong
     *     together
     */
    public Builder identity(Path chain, Path key) throws IOException {
      return identity(Pem.certificates(chain), Pem.privateKey(key), chain);
    }

    /** Says who one is, as {@link #identity(Path, Path)}. */
    public Builder identity(List<X509Certificate> chain, PrivateKey key) {
      return identity(chain, key, "the chain");
    }

    private Builder identity(List<X509Certificate> chain, PrivateKey key, Object source) {
      identities.add(Identity.of(chain, key, source));
      return this;
    }

    /**
     * Says who one is by all keys of a key store, as {@link #identity(Path, Path)}.
     *
     * @param password of the keys; may be cleared afterwards
     * @throws IllegalArgumentException if there is no key, or the password is wrong
     */
    public Builder identity(KeyStore store, char[] password) {
      identities.addAll(Identity.allOf(store, password));
      return this;
    }

    /**
     * Has a server refuse clients that ask for a name that none of its certificates is for; without
     * this they get the first certificate.
     */
    public Builder refuseUnknownNames() {
      unknownRefused = true;
      return this;
    }

    /**
     * Takes a context that was made elsewhere; trust and identities are its then. Errors say less,
     * since the reasons are only known to its own trust managers.
     */
    public Builder context(SSLContext newContext) {
      context = Objects.requireNonNull(newContext);
      return this;
    }

    /**
     * What may be spoken inside TLS (ALPN, RFC 7301), best first, such as {@code "h2"}. Without it
     * that is not talked about.
     */
    public Builder applicationProtocols(String... names) {
      applicationProtocols = List.of(names);
      return this;
    }

    /**
     * Which versions may be spoken, such as {@code "TLSv1.3"}; without it those the JDK enables.
     */
    public Builder protocols(String... names) {
      protocols = List.of(names);
      return this;
    }

    /** Which cipher suites may be used, best first; without it those the JDK enables. */
    public Builder ciphers(String... names) {
      ciphers = List.of(names);
      return this;
    }

    /**
     * Whether a server asks its clients for a certificate; without it none.
     *
     * <p>Whom to trust must then be named, for the system's trust is about servers.
     */
    public Builder clientAuthentication(ClientAuthentication newClientAuthentication) {
      clientAuthentication = Objects.requireNonNull(newClientAuthentication);
      return this;
    }

    /**
     * Has a client accept a trusted certificate of whatever host. Whoever owns any trusted
     * certificate can then stand in for the server: for tests and the like.
     */
    public Builder withoutHostVerification() {
      hostVerified = false;
      return this;
    }

    /**
     * Takes the end of the connection without TLS's close_notify for an end like any other, and not
     * for an attack that cuts off the rest. Safe if messages tell their own length.
     */
    public Builder allowTruncation() {
      truncationAllowed = true;
      return this;
    }

    /**
     * Limits how long a handshake may take; without it 10 seconds.
     *
     * @param timeout more than 0, or null for no limit
     */
    public Builder handshakeTimeout(@Nullable Duration timeout) {
      if (timeout != null) {
        Timeouts.toNanos(timeout);
      }
      handshakeTimeout = timeout;
      return this;
    }

    /**
     * Makes the options. Without a trust of one's own this reads the system's certificates, which
     * may take 100 ms: do it before a loop serves.
     *
     * @throws IllegalArgumentException if the JDK does not know a protocol or cipher, or clients
     *     are to be authenticated without saying whom to trust
     */
    public TlsOptions build() {
      if (context == null
          && clientAuthentication != ClientAuthentication.NONE
          && !trust.isChosen()) {
        throw new IllegalArgumentException(
            "whose clients? name the issuer of their certificates by trust(…)");
      }
      TlsOptions options = new TlsOptions(this);
      options.clientEngine("localhost", 0);
      return options;
    }

    private SSLContext context() {
      if (context != null) {
        return context;
      }
      try {
        SSLContext made = SSLContext.getInstance("TLS");
        made.init(
            new KeyManager[] {new IdentityManager(identities)},
            new TrustManager[] {trust.manager()},
            null);
        return made;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("the JDK cannot speak TLS", e);
      }
    }
  }

  long handshakeTimeoutNanos() {
    return handshakeTimeoutNanos;
  }

  boolean truncationAllowed() {
    return truncationAllowed;
  }

  List<String> applicationProtocols() {
    return applicationProtocols;
  }

  /** Those that an engine offers, for messages. */
  static String offered(SSLEngine engine) {
    return String.join(", ", engine.getEnabledProtocols());
  }

  /** An engine for one connection to a host. */
  SSLEngine clientEngine(String host, int port) {
    SSLEngine engine = context.createSSLEngine(host, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = parameters(engine);
    if (hostVerified) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    SNIHostName name = nameOf(host);
    parameters.setServerNames(name == null ? List.of() : List.<SNIServerName>of(name));
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** A host as it can be asked for; null for an address, which RFC 6066 leaves out. */
  private static @Nullable SNIHostName nameOf(String host) {
    boolean address = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    try {
      return address
          ? null
          : new SNIHostName(host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
    } catch (IllegalArgumentException e) {
      // Not a name that could stand in a certificate; that is for the check of the host to say.
      return null;
    }
  }

  /**
   * An engine for one connection of a client.
   *
   * @throws IllegalArgumentException without an identity
   */
  SSLEngine serverEngine() {
    requireIdentity();
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = parameters(engine);
    switch (clientAuthentication) {
      case NONE -> {}
      case WANT -> parameters.setWantClientAuth(true);
      case NEED -> parameters.setNeedClientAuth(true);
    }
    if (!onlyFor.isEmpty()) {
      parameters.setSNIMatchers(List.of(new KnownNames(onlyFor)));
    }
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** Checks that a server can use these. */
  void requireIdentity() {
    if (!hasIdentity) {
      throw new IllegalArgumentException(
          "a TLS server must say who it is: TlsOptions.builder().identity(chain, key)");
    }
  }

  private SSLParameters parameters(SSLEngine engine) {
    SSLParameters parameters = engine.getSSLParameters();
    if (!protocols.isEmpty()) {
      parameters.setProtocols(protocols.toArray(String[]::new));
    }
    if (!ciphers.isEmpty()) {
      parameters.setCipherSuites(ciphers.toArray(String[]::new));
    }
    if (!applicationProtocols.isEmpty()) {
      parameters.setApplicationProtocols(applicationProtocols.toArray(String[]::new));
    }
    return parameters;
  }

  private static final class KnownNames extends SNIMatcher {
    private final List<Identity> identities;

    KnownNames(List<Identity> identities) {
      super(StandardConstants.SNI_HOST_NAME);
      this.identities = identities;
    }

    @Override
    public boolean matches(SNIServerName asked) {
      String host = new SNIHostName(asked.getEncoded()).getAsciiName();
      return identities.stream().anyMatch(each -> each.isFor(host));
    }
  }
}
