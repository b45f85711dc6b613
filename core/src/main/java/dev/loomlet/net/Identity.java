package dev.loomlet.net;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Who one is to the other side.
 *
 * @param chain the own certificate first, each issued by the next
 * @param key of the first certificate
 * @param names for whom the certificate is
 */
record Identity(List<X509Certificate> chain, PrivateKey key, List<String> names) {

  /**
   * Puts the two together.
   *
   * @throws IllegalArgumentException if the key is not the certificate's
   */
  static Identity of(List<X509Certificate> chain, PrivateKey key, Object source) {
    X509Certificate own = chain.getFirst();
    if (!belongTogether(own.getPublicKey(), key)) {
      throw new IllegalArgumentException(
          "the private key does not belong to the first certificate of "
              + source
              + ", which is of "
              + own.getSubjectX500Principal());
    }
    return new Identity(List.copyOf(chain), key, CertificateNames.of(own));
  }

  private static boolean belongTogether(PublicKey open, PrivateKey secret) {
    if (!open.getAlgorithm().equals(secret.getAlgorithm())) {
      return false;
    }
    String algorithm =
        switch (open.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "EdDSA" -> "EdDSA";
          default -> null;
        };
    if (algorithm == null) {
      return true;
    }
    try {
      Signature signature = Signature.getInstance(algorithm);
      byte[] text = {1, 2, 3};
      signature.initSign(secret);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(open);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /**
   * All that a key store has keys for.
   *
   * @throws IllegalArgumentException if there is none, or the password is wrong
   */
  static List<Identity> allOf(KeyStore store, char[] password) {
    List<Identity> found = new ArrayList<>();
    try {
      for (String alias : Collections.list(store.aliases())) {
        Certificate[] chain = store.getCertificateChain(alias);
        if (chain != null && store.getKey(alias, password) instanceof PrivateKey key) {
          List<X509Certificate> certificates =
              Arrays.stream(chain).map(X509Certificate.class::cast).toList();
          found.add(of(certificates, key, "the entry " + alias));
        }
      }
    } catch (KeyStoreException e) {
      throw new IllegalArgumentException("the key store was not loaded", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "a key of the key store cannot be had; is the password right?", e);
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException("the key store has no private key with a certificate");
    }
    return found;
  }

  boolean isFor(String host) {
    return names.stream().anyMatch(name -> CertificateNames.matches(name, host));
  }

  /** Whether the key fits what JSSE calls a type of keys, such as {@code EC} or {@code EC_RSA}. */
  boolean hasKeyOf(String type) {
    int end = type.indexOf('_');
    String wanted = end < 0 ? type : type.substring(0, end);
    return key.getAlgorithm().equals(wanted);
  }
}
