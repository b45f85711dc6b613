package dev.loomlet.net;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among several identities: for a server by the name that the client asks for, else the
 * first; for a client by the issuers that the server names. An alias is the number of an identity.
 */
final class IdentityManager extends X509ExtendedKeyManager {
  private final List<Identity> identities;

  IdentityManager(List<Identity> identities) {
    this.identities = List.copyOf(identities);
  }

  /** The host that the client has named in the handshake that is on, or null. */
  static @Nullable String askedFor(@Nullable Object session) {
    if (session instanceof ExtendedSSLSession extended) {
      for (SNIServerName each : extended.getRequestedServerNames()) {
        if (each instanceof SNIHostName host) {
          return host.getAsciiName();
        }
      }
    }
    return null;
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    String host = askedFor(engine.getHandshakeSession());
    int first = -1;
    for (int i = 0; i < identities.size(); i++) {
      Identity each = identities.get(i);
      if (!each.hasKeyOf(keyType)) {
        continue;
      }
      if (host != null && each.isFor(host)) {
        return Integer.toString(i);
      }
      first = first < 0 ? i : first;
    }
    // A certificate for the name, but with another type of key, is better than one for another.
    boolean named = host != null && identities.stream().anyMatch(each -> each.isFor(host));
    return first < 0 || named ? null : Integer.toString(first);
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
    for (int i = 0; i < identities.size(); i++) {
      Identity each = identities.get(i);
      if (Arrays.stream(keyTypes).anyMatch(each::hasKeyOf) && isIssued(each, issuers)) {
        return Integer.toString(i);
      }
    }
    return null;
  }

  private static boolean isIssued(Identity identity, Principal @Nullable [] issuers) {
    if (issuers == null || issuers.length == 0) {
      return true;
    }
    Set<Principal> accepted = Set.copyOf(Arrays.asList(issuers));
    return identity.chain().stream()
        .anyMatch(each -> accepted.contains(each.getIssuerX500Principal()));
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return identities.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return identities.get(Integer.parseInt(alias)).key();
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
