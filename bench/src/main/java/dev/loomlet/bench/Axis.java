package dev.loomlet.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * A vertical axis: from zero, or by powers of ten where the values lie so far apart that the small
 * ones could not be told from zero.
 */
final class Axis {
  private static final double FAR_APART = 12;
  private static final double MOST_DECADES = 7;
  private static final double MILLION = 1e6;

  private final boolean logarithmic;
  private final double low;
  private final double high;

  private Axis(boolean logarithmic, double low, double high) {
    this.logarithmic = logarithmic;
    this.low = low;
    this.high = high;
  }

  /** One that has room for some values, none of them negative. */
  static Axis of(Collection<Double> values) {
    double greatest = values.stream().mapToDouble(v -> v).max().orElse(1);
    double least = values.stream().mapToDouble(v -> v).filter(v -> v > 0).min().orElse(1);
    if (greatest <= 0) {
      return new Axis(false, 0, 1);
    }
    if (greatest / least < FAR_APART) {
      double step = Svg.step(greatest);
      return new Axis(false, 0, Math.ceil(greatest / step) * step);
    }
    double high = Math.ceil(Math.log10(greatest));
    double low = Math.max(Math.floor(Math.log10(least)), high - MOST_DECADES);
    return new Axis(true, Math.pow(10, low), Math.pow(10, high));
  }

  /** How far up a value lies: 0 at the bottom, where all that are too small lie, too, to 1. */
  double share(double value) {
    if (!logarithmic) {
      return (value - low) / (high - low);
    }
    return value <= low ? 0 : Math.log10(value / low) / Math.log10(high / low);
  }

  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (logarithmic) {
      int decades = (int) Math.round(Math.log10(high / low));
      for (int i = 0; i <= decades; i++) {
        ticks.add(low * Math.pow(10, i));
      }
      return ticks;
    }
    double step = Svg.step(high);
    for (int i = 0; i * step <= high * 1.0001; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** Small powers of ten with all their digits, millions as such. */
  String label(double tick) {
    if (tick >= MILLION) {
      return Svg.number(tick / MILLION) + "M";
    }
    if (!logarithmic || tick >= 1) {
      return Svg.number(tick);
    }
    int digits = (int) Math.round(-Math.log10(tick));
    return String.format(Locale.ROOT, "%." + digits + "f", tick);
  }
}
