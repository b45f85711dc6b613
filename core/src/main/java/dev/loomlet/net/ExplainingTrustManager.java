package dev.loomlet.net;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Decides as another one does, and says why not in words that help. */
final class ExplainingTrustManager extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager decider;

  ExplainingTrustManager(X509ExtendedTrustManager decider) {
    this.decider = decider;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String keyExchange, SSLEngine engine)
      throws CertificateException {
    try {
      decider.checkServerTrusted(chain, keyExchange, engine);
    } catch (CertificateException e) {
      throw explain(e, chain, true, keyExchange, engine);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String keyExchange, SSLEngine engine)
      throws CertificateException {
    try {
      decider.checkClientTrusted(chain, keyExchange, engine);
    } catch (CertificateException e) {
      throw explain(e, chain, false, keyExchange, engine);
    }
  }

  private RejectedCertificate explain(
      CertificateException refusal,
      X509Certificate[] chain,
      boolean ofServer,
      String keyExchange,
      SSLEngine engine) {
    SSLSession session = engine.getHandshakeSession();
    String host = session == null ? null : session.getPeerHost();
    String whose =
        ofServer && host != null ? "the certificate of " + host : "the peer's certificate";
    // JSSE looks for a path of exceptions behind this one to choose its alert.
    Throwable cause = refusal.getCause() == null ? refusal : refusal.getCause();
    String untimely = untimely(chain, whose);
    if (untimely != null) {
      return new RejectedCertificate(untimely, false, cause);
    }
    if (ofServer && host != null && isTrusted(chain, keyExchange)) {
      List<String> names = CertificateNames.of(chain[0]);
      String text =
          whose
              + " is for "
              + (names.isEmpty() ? "nobody" : String.join(", ", names))
              + ", not for "
              + host;
      return new RejectedCertificate(text, true, cause);
    }
    return new RejectedCertificate(untrusted(chain, whose, refusal), false, cause);
  }

  /** Whether it is only the host that is wrong. */
  private boolean isTrusted(X509Certificate[] chain, String keyExchange) {
    try {
      decider.checkServerTrusted(chain, keyExchange);
      return true;
    } catch (CertificateException e) {
      return false;
    }
  }

  private static @Nullable String untimely(X509Certificate[] chain, String whose) {
    for (X509Certificate each : chain) {
      String which =
          each == chain[0]
              ? whose
              : "the certificate of an issuer, " + each.getSubjectX500Principal() + ",";
      try {
        each.checkValidity();
      } catch (CertificateExpiredException e) {
        return which + " expired on " + each.getNotAfter().toInstant();
      } catch (CertificateNotYetValidException e) {
        return which
            + " is not valid before "
            + each.getNotBefore().toInstant()
            + "; is this machine's clock right?";
      }
    }
    return null;
  }

  private static String untrusted(
      X509Certificate[] chain, String whose, CertificateException refusal) {
    X509Certificate last = chain[chain.length - 1];
    if (!isMissingIssuer(refusal)) {
      return whose + " is not accepted: " + refusal.getMessage();
    }
    boolean selfSigned = last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
    return whose
        + (selfSigned && chain.length == 1
            ? " is signed by itself (" + last.getSubjectX500Principal() + "), which"
            : " was issued by " + last.getIssuerX500Principal() + ", who")
        + " is not trusted here; to trust, give that certificate to TlsOptions.Builder.trust";
  }

  private static boolean isMissingIssuer(Throwable refusal) {
    for (Throwable each = refusal; each != null; each = each.getCause()) {
      String text = each.getMessage();
      if (text != null
          && (text.contains("valid certification path") || text.contains("trust anchor"))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String keyExchange)
      throws CertificateException {
    decider.checkServerTrusted(chain, keyExchange);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String keyExchange, Socket socket)
      throws CertificateException {
    decider.checkServerTrusted(chain, keyExchange, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String keyExchange)
      throws CertificateException {
    decider.checkClientTrusted(chain, keyExchange);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String keyExchange, Socket socket)
      throws CertificateException {
    decider.checkClientTrusted(chain, keyExchange, socket);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return decider.getAcceptedIssuers();
  }
}
