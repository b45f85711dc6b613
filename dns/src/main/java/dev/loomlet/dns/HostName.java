package dev.loomlet.dns;

import java.net.IDN;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A host name that can be asked for: in ASCII and lower case, without a dot at the end.
 *
 * @param text such as {@code www.example.com}
 * @param isAbsolute whether it was written with a dot at the end, and so needs no search domain
 */
record HostName(String text, boolean isAbsolute) {
  /** RFC 1035, section 2.3.4: 255 bytes as sent, with a length before each label and at the end. */
  private static final int MOST_CHARACTERS = 253;

  private static final int MOST_IN_LABEL = 63;

  /** Longer ones need not be looked at to know that they are too long in any alphabet. */
  private static final int MOST_AS_WRITTEN = 1024;

  /**
   * Understands a name as people write it, also an internationalised one.
   *
   * @throws UnknownHostException if it cannot be a host name; says why
   */
  static HostName parse(String written) throws UnknownHostException {
    String ascii = written;
    boolean absolute = written.endsWith(".");
    if (written.length() <= MOST_AS_WRITTEN) {
      ascii = absolute ? written.substring(0, written.length() - 1) : written;
      if (!isAscii(ascii)) {
        try {
          ascii = IDN.toASCII(ascii);
        } catch (IllegalArgumentException e) {
          throw notAName(written, "its characters cannot be written in the DNS");
        }
      }
    }
    String lower = ascii.toLowerCase(Locale.ROOT);
    String fault = fault(lower);
    if (fault != null) {
      throw notAName(written, fault);
    }
    return new HostName(lower, absolute);
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 128) {
        return false;
      }
    }
    return true;
  }

  private static UnknownHostException notAName(String written, String fault) {
    String shown = written.length() > 100 ? written.substring(0, 100) + "..." : written;
    return new UnknownHostException(
        "'" + shown.replaceAll("\\p{Cntrl}", "?") + "' is not a host name: " + fault);
  }

  /** Whether a name in ASCII can be asked for. */
  static boolean isValid(String ascii) {
    return fault(ascii) == null;
  }

  private static @Nullable String fault(String name) {
    if (name.isEmpty()) {
      return "it is empty";
    }
    if (name.indexOf(':') >= 0) {
      return "it looks like an IPv6 address, but is none, or of an interface that is not there";
    }
    if (name.length() > MOST_CHARACTERS) {
      return "it is longer than " + MOST_CHARACTERS + " characters";
    }
    int begin = 0;
    for (int i = 0; i <= name.length(); i++) {
      char c = i < name.length() ? name.charAt(i) : '.';
      if (c != '.') {
        if (!isAllowed(c)) {
          return "the character " + shown(c) + " is not allowed";
        }
        continue;
      }
      if (i == begin) {
        return "there is nothing between two dots";
      }
      if (i - begin > MOST_IN_LABEL) {
        return "the part '"
            + name.substring(begin, begin + 20)
            + "...' is longer than "
            + MOST_IN_LABEL
            + " characters";
      }
      begin = i + 1;
    }
    // What ends in a number is meant as an address, and no top-level domain is one (RFC 3696).
    return endsInNumber(name) ? "it ends in a number like an IPv4 address, but is none" : null;
  }

  private static boolean endsInNumber(String name) {
    for (int i = name.lastIndexOf('.') + 1; i < name.length(); i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static boolean isAllowed(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  private static String shown(char c) {
    return c > ' ' && c < 127 ? "'" + c + "'" : String.format(Locale.ROOT, "U+%04X", (int) c);
  }

  /** Whether it means this machine in any case (RFC 6761, section 6.3). */
  boolean isLocalhost() {
    return text.equals("localhost") || text.endsWith(".localhost");
  }

  /** Whether it is one that is never there (RFC 6761, section 6.4). */
  boolean isInvalid() {
    return text.equals("invalid") || text.endsWith(".invalid");
  }

  /** The names to ask for one after the other, with and without search domains. */
  List<String> candidates(DnsConfig config) {
    if (isAbsolute || config.search().isEmpty()) {
      return List.of(text);
    }
    List<String> candidates = new ArrayList<>();
    boolean alone = text.chars().filter(c -> c == '.').count() >= config.ndots();
    if (alone) {
      candidates.add(text);
    }
    for (String each : config.search()) {
      String candidate = text + "." + each.toLowerCase(Locale.ROOT);
      if (candidate.length() <= MOST_CHARACTERS) {
        candidates.add(candidate);
      }
    }
    if (!alone) {
      candidates.add(text);
    }
    return candidates;
  }
}
