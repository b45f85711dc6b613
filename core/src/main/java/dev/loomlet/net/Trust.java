package dev.loomlet.net;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Whose word is taken for who the other side is; collected, then made a trust manager. */
final class Trust {
  private final List<X509Certificate> issuers = new ArrayList<>();
  private @Nullable TrustManager own;

  boolean isChosen() {
    return own != null || !issuers.isEmpty();
  }

  void add(List<X509Certificate> certificates) {
    issuers.addAll(certificates);
  }

  void add(KeyStore store) {
    try {
      for (String alias : Collections.list(store.aliases())) {
        if (store.getCertificate(alias) instanceof X509Certificate certificate) {
          issuers.add(certificate);
        }
      }
    } catch (KeyStoreException e) {
      throw new IllegalArgumentException("the key store was not loaded", e);
    }
  }

  void addSystem() {
    Collections.addAll(issuers, managerOf(null).getAcceptedIssuers());
  }

  void leaveTo(TrustManager manager) {
    own = manager;
  }

  TrustManager manager() {
    TrustManager given = own;
    if (given == null) {
      given = managerOf(issuers.isEmpty() ? null : store());
    }
    return given instanceof X509ExtendedTrustManager decider
        ? new ExplainingTrustManager(decider)
        : given;
  }

  private KeyStore store() {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (int i = 0; i < issuers.size(); i++) {
        Certificate each = issuers.get(i);
        store.setCertificateEntry(Integer.toString(i), each);
      }
      return store;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the JDK cannot keep certificates in memory", e);
    }
  }

  /** What decides by a store's certificates, or the system's without a store. */
  private static X509ExtendedTrustManager managerOf(@Nullable KeyStore store) {
    try {
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager each : factory.getTrustManagers()) {
        if (each instanceof X509ExtendedTrustManager manager) {
          return manager;
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK's trusted certificates cannot be read", e);
    }
    throw new IllegalStateException("the JDK has no trust manager for X.509");
  }
}
