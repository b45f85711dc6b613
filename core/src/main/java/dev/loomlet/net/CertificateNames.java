package dev.loomlet.net;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** For whom a certificate is. */
final class CertificateNames {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=([^,]+)");

  private CertificateNames() {}

  /** The names and addresses of hosts; of a certificate without any the common name. */
  static List<String> of(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> each : alternatives) {
          int kind = (Integer) each.get(0);
          if (kind == DNS_NAME || kind == IP_ADDRESS) {
            names.add((String) each.get(1));
          }
        }
      }
    } catch (CertificateParsingException e) {
      // A certificate whose names cannot be read has none.
    }
    if (names.isEmpty()) {
      names.addAll(commonNames(certificate));
    }
    return names;
  }

  private static List<String> commonNames(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    Matcher matcher = COMMON_NAME.matcher(certificate.getSubjectX500Principal().getName());
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  /**
   * Whether a host is meant by a name, which may begin with {@code *.} for one label; RFC 9525,
   * section 6.3.
   */
  static boolean matches(String name, String host) {
    String wanted = host.toLowerCase(Locale.ROOT);
    String pattern = name.toLowerCase(Locale.ROOT);
    if (!pattern.startsWith("*.")) {
      return pattern.equals(wanted);
    }
    int dot = wanted.indexOf('.');
    return dot > 0 && pattern.substring(1).equals(wanted.substring(dot));
  }
}
