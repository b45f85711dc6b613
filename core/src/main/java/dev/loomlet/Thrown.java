package dev.loomlet;

/** Throws errors of any kind where no checked one is declared. */
final class Thrown {
  private Thrown() {}

  /**
   * Throws an error as it is, checked or not.
   *
   * @return never; so that a caller can write {@code throw}, and the compiler sees the end
   */
  static RuntimeException unchecked(Throwable error) {
    Thrown.<RuntimeException>sneak(error);
    throw new AssertionError();
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable error) throws E {
    throw (E) error;
  }
}
