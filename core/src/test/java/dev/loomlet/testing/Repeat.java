package dev.loomlet.testing;

/**
 * How often a stress test repeats. The suite keeps it short; {@code mvn test -Dloomlet.stress=100}
 * multiplies it.
 */
public final class Repeat {
  private Repeat() {}

  public static int times(int count) {
    return Math.multiplyExact(count, Integer.getInteger("loomlet.stress", 1));
  }
}
