package dev.loomlet.net;

import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Says what is behind an error of the JDK's engine, and what can be done about it. */
final class TlsFailure {
  private static final String ALERT = "Received fatal alert: ";

  private TlsFailure() {}

  /** The same failure for whoever meets it later. */
  static SSLException again(SSLException failure) {
    return new SSLException(failure.getMessage(), failure);
  }

  /**
   * Explains.
   *
   * @param error from the engine, or made here and clear already
   * @param peer who the other side is
   * @return of the same kind, or the one that fits, with the error as its cause
   */
  static SSLException explain(
      SSLException error, SSLEngine engine, String peer, TlsOptions options) {
    RejectedCertificate rejected = rejectedIn(error);
    if (rejected != null) {
      String text = String.valueOf(rejected.getMessage());
      return rejected.ofAnotherHost
          ? withCause(new SSLPeerUnverifiedException(text), error)
          : withCause(new SSLHandshakeException(text), error);
    }
    String message = String.valueOf(error.getMessage());
    int alert = message.indexOf(ALERT);
    String text =
        alert >= 0
            ? received(message.substring(alert + ALERT.length()), engine, peer, options)
            : found(message, engine, peer, options);
    if (text == null) {
      return error;
    }
    return withCause(
        error instanceof SSLHandshakeException
            ? new SSLHandshakeException(text)
            : new SSLException(text),
        error);
  }

  private static SSLException withCause(SSLException explained, SSLException error) {
    explained.initCause(error);
    return explained;
  }

  private static @Nullable RejectedCertificate rejectedIn(Throwable error) {
    for (Throwable each = error; each != null; each = each.getCause()) {
      if (each instanceof RejectedCertificate rejected) {
        return rejected;
      }
    }
    return null;
  }

  /** What the other side has told. */
  private static String received(String alert, SSLEngine engine, String peer, TlsOptions options) {
    String why =
        switch (alert) {
          case "protocol_version" ->
              "no TLS version in common; offered were " + TlsOptions.offered(engine);
          case "handshake_failure", "insufficient_security" ->
              "it usually means that no cipher suite is in common, or that a certificate is wanted"
                  + " of us; offered were "
                  + TlsOptions.offered(engine);
          case "unknown_ca" ->
              "it does not trust the issuer of our certificate; the chain may lack a certificate"
                  + " between";
          case "bad_certificate", "unsupported_certificate", "certificate_unknown" ->
              "it does not accept our certificate";
          case "certificate_expired" -> "our certificate has expired";
          case "certificate_revoked" -> "our certificate was revoked";
          case "certificate_required" ->
              "it wants a certificate of us: TlsOptions.builder().identity(chain, key)";
          case "unrecognized_name" -> "it has no certificate for " + names(engine);
          case "no_application_protocol" ->
              "no application protocol in common; offered were "
                  + String.join(", ", options.applicationProtocols());
          default -> "";
        };
    return peer + " refused: " + alert + (why.isEmpty() ? "" : "; " + why);
  }

  private static String names(SSLEngine engine) {
    List<?> names = engine.getSSLParameters().getServerNames();
    return names == null || names.isEmpty() ? "no name" : String.valueOf(engine.getPeerHost());
  }

  /** What the engine has found itself. */
  private static @Nullable String found(
      String message, SSLEngine engine, String peer, TlsOptions options) {
    if (message.contains("no cipher suites in common")
        || message.contains("No supported CipherSuite")) {
      return "no cipher suite in common with "
          + peer
          + "; here are "
          + String.join(", ", engine.getEnabledCipherSuites());
    }
    if (message.contains("not accepted by server preferences")
        || message.contains("not enabled or supported")
        || message.contains("is not accepted by")
        || message.contains("protocol is disabled")
        || message.contains("No appropriate protocol")) {
      return "no TLS version in common with "
          + peer
          + "; here are "
          + TlsOptions.offered(engine)
          + " ("
          + message
          + ")";
    }
    if (message.contains("Empty client certificate chain")
        || message.contains("Empty server certificate chain")) {
      return peer + " has shown no certificate, and one is required";
    }
    if (message.contains("Unrecognized server name")) {
      return peer + " asked for a host that no certificate here is for";
    }
    if (message.contains("No application protocol")
        || message.contains("no_application_protocol")) {
      return "no application protocol in common with "
          + peer
          + "; here are "
          + String.join(", ", options.applicationProtocols());
    }
    if (message.contains("No available authentication scheme")) {
      return "no certificate here has a key of a kind that " + peer + " can check";
    }
    if (message.contains("Tag mismatch") || message.contains("bad_record_mac")) {
      return "what came from " + peer + " was damaged or tampered with on the way";
    }
    return null;
  }
}
