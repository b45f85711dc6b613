package dev.loomlet.dns;

import dev.loomlet.ThreadPool;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/** The one thread for what would block a loop: reading files, and beginning. */
final class Helper {
  static final ThreadPool THREAD = new ThreadPool("loomlet-dns", 1);

  private Helper() {}

  /**
   * Makes a source of randomness, and loads on the way what a lookup will need: the loop would
   * stand still for that.
   */
  static RandomGenerator prepare() {
    SecureRandom random = new SecureRandom();
    random.nextBytes(new byte[1]);
    Question question = Question.ipv4("localhost");
    byte[] packet = Wire.write(question, 0, true);
    if (Wire.read(packet, question, 0) != null) {
      throw new IllegalStateException("a question was taken for an answer");
    }
    packet[Wire.FLAGS] = (byte) Wire.ANSWER;
    if (Wire.read(packet, question, 0) == null) {
      throw new IllegalStateException("an empty answer was not understood");
    }
    return random;
  }
}
