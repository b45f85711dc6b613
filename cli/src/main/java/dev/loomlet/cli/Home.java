package dev.loomlet.cli;

import java.nio.file.Path;

/** Where Loomlet lies: the launcher tells. */
final class Home {
  private static final String PROPERTY = "loomlet.home";

  private Home() {}

  static Path path() {
    return Path.of(System.getProperty(PROPERTY, "")).toAbsolutePath().normalize();
  }

  static Path examples() {
    return path().resolve("examples");
  }
}
