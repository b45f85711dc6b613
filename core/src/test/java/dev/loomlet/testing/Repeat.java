package dev.loomlet.testing;

/**
 * How often a stress test repeats. The suite keeps it short; {@code
 * -DargLine.extra=-Dloomlet.stress=100} and the like multiply it.
 */
public final class Repeat {
  private Repeat() {}

  public static int times(int count) {
    return Math.multiplyExact(count, Integer.getInteger("loomlet.stress", 1));
  }
}
