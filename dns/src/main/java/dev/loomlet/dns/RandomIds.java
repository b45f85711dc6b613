package dev.loomlet.dns;

import java.util.random.RandomGenerator;

/**
 * Numbers for questions, which nobody must be able to guess (RFC 5452). Some are drawn ahead,
 * because each draw asks the kernel. Confined to a loop.
 */
final class RandomIds {
  private static final int AHEAD = 512;

  private final RandomGenerator random;
  private final byte[] bytes = new byte[2 * AHEAD];
  private int used = bytes.length;

  /**
   * Creates a source.
   *
   * @param random one that cannot be predicted, such as a {@link java.security.SecureRandom}
   */
  RandomIds(RandomGenerator random) {
    this.random = random;
  }

  /** The next one, 0 to 65535. */
  int next() {
    if (used == bytes.length) {
      random.nextBytes(bytes);
      used = 0;
    }
    return (bytes[used++] & 0xff) << 8 | (bytes[used++] & 0xff);
  }
}
