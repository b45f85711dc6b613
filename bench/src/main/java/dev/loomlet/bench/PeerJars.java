package dev.loomlet.bench;

import java.nio.file.Files;

/** Libraries of programs in {@code bench/peers}, which are kept off the class path of users. */
final class PeerJars {
  private PeerJars() {}

  /** All of them, as {@code java -cp} and {@code loomlet run -cp} understand it. */
  static String classPath() {
    return Home.peerJars().resolve("*").toString();
  }

  /**
   * Makes sure that a library is there.
   *
   * @param jar its name without ending
   * @throws UnmeasurableException if it is not
   */
  static void require(String jar) throws UnmeasurableException {
    if (!Files.isRegularFile(Home.peerJars().resolve(jar + ".jar"))) {
      throw new UnmeasurableException(
          "no " + jar + ".jar in " + Home.peerJars() + "; mvn package puts it there");
    }
  }
}
