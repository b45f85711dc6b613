package dev.loomlet.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys in the text form of RFC 7468. */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

  private Pem() {}

  private record Block(String label, String base64) {
    byte[] content() {
      return Base64.getMimeDecoder().decode(base64);
    }
  }

  private static List<Block> blocks(Path file) throws IOException {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
    return blocks;
  }

  /**
   * Reads all certificates of a file, in their order; what else is in it is left out.
   *
   * @throws IllegalArgumentException if there is none, or one is broken
   * @throws IOException if the file cannot be read
   */
  static List<X509Certificate> certificates(Path file) throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block each : blocks(file)) {
        if (each.label.equals("CERTIFICATE") || each.label.equals("X509 CERTIFICATE")) {
          certificates.add(
              (X509Certificate)
                  factory.generateCertificate(new ByteArrayInputStream(each.content())));
        }
      }
    } catch (CertificateException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "a certificate in " + file + " is broken: " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException(
          file + " has no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
    }
    return certificates;
  }

  /**
   * Reads the private key of a file.
   *
   * @throws IllegalArgumentException if there is none of PKCS #8, with what to do about it
   * @throws IOException if the file cannot be read
   */
  static PrivateKey privateKey(Path file) throws IOException {
    for (Block each : blocks(file)) {
      switch (each.label) {
        case "PRIVATE KEY" -> {
          return pkcs8(each, file);
        }
        case "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY" ->
            throw new IllegalArgumentException(
                "the key in "
                    + file
                    + " is a "
                    + each.label
                    + "; make it a plain PRIVATE KEY (PKCS #8) by: openssl pkcs8 -topk8 -nocrypt"
                    + " -in "
                    + file
                    + " -out key.pem; or put it into a KeyStore");
        default -> {}
      }
    }
    throw new IllegalArgumentException(
        file + " has no private key in PEM form (-----BEGIN PRIVATE KEY-----)");
  }

  private static byte[] contentOf(Block block, Path file) {
    try {
      return block.content();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the private key in " + file + " is broken", e);
    }
  }

  private static PrivateKey pkcs8(Block block, Path file) {
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(contentOf(block, file));
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        // Of another algorithm.
      } catch (GeneralSecurityException e) {
        throw new IllegalArgumentException("cannot read the key in " + file, e);
      }
    }
    throw new IllegalArgumentException(
        "the private key in " + file + " is broken, or of another kind than " + KEY_ALGORITHMS);
  }
}
