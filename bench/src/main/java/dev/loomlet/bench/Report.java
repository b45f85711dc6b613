package dev.loomlet.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a benchmark found out, and how: a table, printed for people or as JSON. */
final class Report {
  /** The cell of what was not measured. */
  static final Object NONE =
      new Object() {
        @Override
        public String toString() {
          return "–";
        }
      };

  private final String name;
  private final String method;
  private final List<Map<String, Object>> rows = new ArrayList<>();
  private final Map<String, String> missing = new LinkedHashMap<>();
  private final Set<String> notes = new LinkedHashSet<>();

  /**
   * Begins a report.
   *
   * @param name the benchmark's
   * @param method one sentence
   */
  Report(String name, String method) {
    this.name = name;
    this.method = method;
  }

  /** A row of the table: names of columns, with {@link Spread}s, numbers or text. */
  void row(Map<String, Object> cells) {
    rows.add(cells);
  }

  /** Begins a row. */
  static Map<String, Object> cells() {
    return new LinkedHashMap<>();
  }

  /** What could not be measured, and why or how to get it. */
  void missing(String what, String why) {
    missing.put(what, why);
  }

  void note(String sentence) {
    notes.add(sentence);
  }

  List<Map<String, Object>> rows() {
    return rows;
  }

  Map<String, String> missing() {
    return missing;
  }

  void print(PrintStream out, boolean asJson) {
    if (asJson) {
      out.println(Json.write(json()));
    } else {
      printTable(out);
    }
    out.flush();
  }

  /** All of it, as {@link Json} writes it. */
  Map<String, Object> json() {
    Machine machine = Machine.here();
    Map<String, Object> where = new LinkedHashMap<>();
    where.put("processor", machine.processor());
    where.put("kernel", machine.kernel());
    where.put("jdk", machine.jdk());
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("benchmark", name);
    all.put("machine", where);
    all.put("method", method);
    all.put("rows", rows);
    all.put("missing", missing);
    all.put("notes", notes);
    return all;
  }

  private void printTable(PrintStream out) {
    out.println(name + " on " + Machine.here().text());
    out.println(method);
    out.println();
    Map<String, Integer> widths = new LinkedHashMap<>();
    for (Map<String, Object> row : rows) {
      row.forEach(
          (column, value) ->
              widths.merge(column, Math.max(column.length(), text(value).length()), Math::max));
    }
    List<String> head = new ArrayList<>(widths.keySet());
    Map<String, Object> titles = new LinkedHashMap<>();
    head.forEach(column -> titles.put(column, column));
    Set<String> texts = new HashSet<>(head);
    for (Map<String, Object> row : rows) {
      row.forEach(
          (column, value) -> {
            if (!(value instanceof String)) {
              texts.remove(column);
            }
          });
    }
    if (!rows.isEmpty()) {
      printRow(out, titles, widths, texts);
    }
    for (Map<String, Object> row : rows) {
      printRow(out, row, widths, texts);
    }
    missing.forEach((what, why) -> out.println("missing: " + what + " (" + why + ")"));
    notes.forEach(note -> out.println("note: " + note));
  }

  /** Text stands left, numbers right. */
  private static void printRow(
      PrintStream out, Map<String, Object> row, Map<String, Integer> widths, Set<String> texts) {
    StringBuilder line = new StringBuilder();
    widths.forEach(
        (column, width) -> {
          String text = text(row.getOrDefault(column, ""));
          String blanks = " ".repeat(width - text.length());
          line.append(texts.contains(column) ? text + blanks : blanks + text).append("  ");
        });
    out.println(line.toString().stripTrailing());
  }

  private static String text(Object value) {
    return switch (value) {
      case Spread spread -> spread.text();
      case Double number -> Spread.number(number);
      default -> value.toString();
    };
  }
}
