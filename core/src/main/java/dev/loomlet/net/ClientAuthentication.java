package dev.loomlet.net;

/** Whether a TLS server asks its clients for a certificate. */
public enum ClientAuthentication {
  /** It does not ask. */
  NONE,
  /** It asks; a client without a certificate is served all the same, one with a bad one is not. */
  WANT,
  /** It asks; a client without a good certificate is not served. */
  NEED
}
