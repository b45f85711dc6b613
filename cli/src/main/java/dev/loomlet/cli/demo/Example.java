package dev.loomlet.cli.demo;

import java.nio.file.Path;

/**
 * A program of the {@code examples} folder.
 *
 * @param row of the course, as {@code C10}
 * @param name of the file without its ending, as {@code C10EchoServer}
 * @param title what it shows, in one line
 * @param file where it is
 */
public record Example(String row, String name, String title, Path file) {
  /** Whether it needs another program beside it. */
  boolean isHalfOfPair() {
    return name.contains("Server") || name.contains("Client");
  }
}
