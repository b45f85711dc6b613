package dev.loomlet.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/**
 * What came out in several rounds.
 *
 * @param median of all rounds
 * @param least of them
 * @param greatest of them
 */
record Spread(double median, double least, double greatest) {

  /** Of at least one value. */
  static Spread of(Collection<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("nothing was measured");
    }
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }

  static Spread of(double... values) {
    return of(Arrays.stream(values).boxed().toList());
  }

  /** The median, with the range behind it. */
  String text() {
    return number(median) + " (" + number(least) + "–" + number(greatest) + ")";
  }

  /** A number with as many digits as are worth reading. */
  static String number(double value) {
    double size = Math.abs(value);
    String format =
        size >= 1000
            ? "%,.0f"
            : size >= 100
                ? "%.0f"
                : size >= 10 ? "%.1f" : size >= 0.1 || size == 0 ? "%.2f" : "%.4f";
    return String.format(Locale.ROOT, format, value);
  }
}
