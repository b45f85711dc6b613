package dev.loomlet.bench.peers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;

/** A key and certificate for this machine, good for a day, made by the JDK's {@code keytool}. */
public final class TlsKeys {
  /** What all speak. */
  public static final String PROTOCOL = "TLSv1.3";

  /** What all encrypt by. */
  public static final String CIPHER = "TLS_AES_128_GCM_SHA256";

  private static final String PASSWORD = "changeit";

  private TlsKeys() {}

  /** The password of store and key. */
  public static char[] password() {
    return PASSWORD.toCharArray();
  }

  /**
   * What makes a key store.
   *
   * @param file where; must not exist
   */
  public static List<String> command(Path file) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair",
        "-alias",
        "echo",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-dname",
        "CN=localhost",
        "-ext",
        "san=ip:127.0.0.1,dns:localhost",
        "-validity",
        "1",
        "-storetype",
        "PKCS12",
        "-keystore",
        file.toString(),
        "-storepass",
        PASSWORD);
  }

  /** Reads a key store. */
  public static KeyStore load(String file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      store.load(in, password());
    }
    return store;
  }
}
