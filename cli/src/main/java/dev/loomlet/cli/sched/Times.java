package dev.loomlet.cli.sched;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as people write them: {@code 3s}, {@code 1.5h}, {@code 2m30s}. */
public final class Times {
  /** More would not fit into the clock, many jobs together. */
  static final Duration MOST = Duration.ofHours(100_000);

  private static final Pattern WHOLE = Pattern.compile("(\\d{1,12}(\\.\\d{1,9})?(h|ms|us|m|s))+");
  private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(h|ms|us|m|s)");

  private Times() {}

  /**
   * Reads a time.
   *
   * @param what it is, for the message
   * @return nanoseconds, at least 0
   * @throws IllegalArgumentException if it is none, negative or too long
   */
  public static long parse(String what, String text) {
    if (text.startsWith("-")) {
      throw new IllegalArgumentException(what + " cannot be negative, as " + text);
    }
    if (!WHOLE.matcher(text).matches()) {
      throw new IllegalArgumentException(
          what + " is a time such as 250ms, 3s, 2m30s or 1.5h, not '" + text + "'");
    }
    BigDecimal nanos = BigDecimal.ZERO;
    for (Matcher part = PART.matcher(text); part.find(); ) {
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(unit(part.group(2))));
    }
    if (nanos.compareTo(BigDecimal.valueOf(MOST.toNanos())) > 0) {
      throw new IllegalArgumentException(what + " is at most " + MOST.toHours() + "h, not " + text);
    }
    return nanos.longValue();
  }

  /** As {@link #parse}, of a time that must be more than nothing. */
  public static long parsePositive(String what, String text) {
    long nanos = parse(what, text);
    if (nanos == 0) {
      throw new IllegalArgumentException(what + " must be more than 0, not " + text);
    }
    return nanos;
  }

  private static BigDecimal unit(String unit) {
    return BigDecimal.valueOf(
        switch (unit) {
          case "h" -> 3_600_000_000_000L;
          case "m" -> 60_000_000_000L;
          case "s" -> 1_000_000_000L;
          case "ms" -> 1_000_000L;
          default -> 1_000L;
        });
  }

  /** As {@link #text(double)}, of whole nanoseconds. */
  public static String text(long nanos) {
    return text((double) nanos);
  }

  /** Writes a time, rounded to what is worth reading. */
  public static String text(double nanos) {
    double size = Math.abs(nanos);
    if (size < 1e6 && size > 0) {
      return number(nanos / 1e3, 3) + "us";
    }
    if (size < 1e9 && size > 0) {
      return number(nanos / 1e6, 3) + "ms";
    }
    BigDecimal seconds =
        BigDecimal.valueOf(nanos).movePointLeft(9).setScale(3, RoundingMode.HALF_UP);
    long minutes = seconds.longValue() / 60;
    BigDecimal rest = seconds.subtract(BigDecimal.valueOf(minutes * 60));
    String text = minutes >= 60 ? minutes / 60 + "h" : "";
    text += minutes % 60 > 0 ? minutes % 60 + "m" : "";
    return rest.signum() > 0 || text.isEmpty() ? text + plain(rest) + "s" : text;
  }

  private static String number(double value, int digits) {
    return plain(BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP));
  }

  private static String plain(BigDecimal number) {
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }
}
