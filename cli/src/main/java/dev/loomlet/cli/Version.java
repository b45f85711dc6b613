package dev.loomlet.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version, which Maven notes in the jar. */
final class Version implements IVersionProvider {
  private static final String NOTE = "/META-INF/maven/dev.loomlet/loomlet-cli/pom.properties";

  @Override
  public String[] getVersion() {
    return new String[] {
      "loomlet " + number(),
      "JDK "
          + Runtime.version()
          + ", "
          + System.getProperty("java.vendor")
          + ", "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.arch")
    };
  }

  static String number() {
    Properties properties = new Properties();
    try (InputStream note = Version.class.getResourceAsStream(NOTE)) {
      if (note != null) {
        properties.load(note);
      }
    } catch (IOException e) {
      // A jar that cannot be read would not have got us here.
    }
    return properties.getProperty("version", "(not built into a jar)");
  }
}
