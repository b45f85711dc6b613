package dev.loomlet.net;

import java.io.Serial;
import java.security.cert.CertificateException;

/** A certificate that was not accepted, with the reason in words for people. */
final class RejectedCertificate extends CertificateException {
  @Serial private static final long serialVersionUID = 1;

  /** Whether it is a good certificate, but of somebody else. */
  final boolean ofAnotherHost;

  RejectedCertificate(String message, boolean ofAnotherHost, Throwable cause) {
    super(message, cause);
    this.ofAnotherHost = ofAnotherHost;
  }
}
