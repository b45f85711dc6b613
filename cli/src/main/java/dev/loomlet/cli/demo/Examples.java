package dev.loomlet.cli.demo;

import dev.loomlet.cli.exit.CommandFailure;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The examples, in the order of the course. */
public final class Examples {
  /** Letters of the rows in the order of the course: systems, processes, threads, coroutines … */
  private static final String ORDER = "PMTCIA";

  private final List<Example> all;

  private Examples(List<Example> all) {
    this.all = all;
  }

  /**
   * Finds the examples.
   *
   * @param folder with files as {@code C10EchoServer.java}
   * @throws CommandFailure if it is not there
   */
  public static Examples in(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw CommandFailure.missing("the examples are not in " + folder);
    }
    List<Example> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.java")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        name = name.substring(0, name.lastIndexOf('.'));
        String row = rowOf(name);
        if (row != null) {
          found.add(new Example(row, name, Title.of(Files.readAllLines(file)), file));
        }
      }
    }
    found.sort(
        Comparator.<Example>comparingInt(each -> rank(each.row()))
            .thenComparingInt(each -> number(each.row()))
            .thenComparing(Example::name));
    return new Examples(found);
  }

  private static int rank(String row) {
    int rank = ORDER.indexOf(row.charAt(0));
    return rank < 0 ? ORDER.length() + row.charAt(0) : rank;
  }

  /** {@code C10} of {@code C10EchoServer}; null if the name does not begin with a row. */
  private static @Nullable String rowOf(String name) {
    int end = 1;
    while (end < name.length() && Character.isDigit(name.charAt(end))) {
      end++;
    }
    return end > 1 && end < name.length() && Character.isUpperCase(name.charAt(0))
        ? name.substring(0, end)
        : null;
  }

  /** All of them. */
  public List<Example> all() {
    return all;
  }

  /**
   * One of them.
   *
   * @param wanted a row or a whole name, in capitals or not
   * @throws CommandFailure if there is none, or more than one
   */
  public Example find(String wanted) {
    List<Example> found = new ArrayList<>();
    for (Example each : all) {
      if (each.name().equalsIgnoreCase(wanted)) {
        return each;
      }
      if (each.row().equalsIgnoreCase(wanted)) {
        found.add(each);
      }
    }
    if (found.isEmpty()) {
      throw CommandFailure.usage("there is no example '" + wanted + "'" + nearest(wanted));
    }
    if (found.size() > 1) {
      List<Example> alone = found.stream().filter(each -> !each.isHalfOfPair()).toList();
      if (alone.size() != 1) {
        throw CommandFailure.usage(
            found.getFirst().row()
                + " has several programs: 'loomlet demo' with one of "
                + found.stream().map(Example::name).collect(Collectors.joining(", ")));
      }
      return alone.getFirst();
    }
    return found.getFirst();
  }

  private String nearest(String wanted) {
    String capital = wanted.toUpperCase(Locale.ROOT);
    List<String> rows = new ArrayList<>(all.stream().map(Example::row).distinct().toList());
    if (rows.isEmpty()) {
      return "";
    }
    rows.sort(Comparator.comparingInt(row -> distance(row, capital)));
    return "; nearest are "
        + String.join(", ", rows.subList(0, Math.min(3, rows.size())))
        + ", and 'loomlet demo --list' shows all";
  }

  /** The same letter counts most, then how far the numbers are apart. */
  private static int distance(String row, String wanted) {
    int letter = !wanted.isEmpty() && wanted.charAt(0) == row.charAt(0) ? 0 : 1000;
    String digits = wanted.isEmpty() ? "" : wanted.substring(1);
    try {
      return letter + Math.min(999, Math.abs(Integer.parseInt(digits) - number(row)));
    } catch (NumberFormatException e) {
      return letter + number(row);
    }
  }

  private static int number(String row) {
    return Integer.parseInt(row.substring(1));
  }
}
